package io.vireo.virtio.queue;

import io.vireo.linux.Mem;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.driver.RingMemory;
import java.lang.foreign.Arena;

/**
 * Driver and device each have their own copy of the ring, as a core with a store buffer does: what
 * one stores reaches the other at a random later time, but before any load behind a full fence of
 * its own.
 */
final class RingCopies implements AutoCloseable {
  static final int SIZE = 64;

  final Arena arena = Arena.ofConfined();
  final RingMemory place = new RingMemory(SIZE, 0);
  final long device = arena.allocate(place.end(), 64).address();
  final long driver = arena.allocate(place.end(), 64).address();
  final SplitQueue queue;

  RingCopies(boolean eventIdx, int start) {
    for (long copy : new long[] {device, driver}) {
      AvailRing.idx(copy + place.avail(), start);
      UsedRing.idx(copy + place.used(), start);
    }
    queue =
        new SplitQueue(
            SIZE,
            eventIdx ? VirtioFeatures.EVENT_IDX : 0,
            new RingAddresses(device + place.desc(), device + place.avail(), device + place.used()),
            start);
  }

  /** The device's stores become visible. */
  void drainDevice() {
    Mem.copy(device + place.used(), driver + place.used(), UsedRing.bytes(SIZE, true));
  }

  /** The driver's stores become visible. */
  void drainDriver() {
    Mem.copy(driver + place.avail(), device + place.avail(), AvailRing.bytes(SIZE, true));
  }

  @Override
  public void close() {
    arena.close();
  }
}

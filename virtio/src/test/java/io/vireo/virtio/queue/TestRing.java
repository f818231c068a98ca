package io.vireo.virtio.queue;

import io.vireo.memreg.GuestMemory;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.driver.RingMemory;
import io.vireo.virtio.driver.SplitDriver;

/** A ring in a guest's memory with a driver at one end and the device side at the other. */
final class TestRing implements AutoCloseable {
  final GuestRam ram;
  final RingMemory place;
  final long base; // host address of the ring
  final SplitDriver driver;
  final SplitQueue queue;

  TestRing(int size, long features, int startAt) {
    this(size, features, startAt, GuestRam.of(8 << 20));
  }

  TestRing(int size, long features, int startAt, GuestRam ram) {
    this.ram = ram;
    place = new RingMemory(size, 0);
    long gpa = ram.allocate(place.end());
    base = ram.hva(gpa);
    place.clear(base);
    driver = new SplitDriver(place, features, base);
    driver.startAt(startAt);
    queue = new SplitQueue(size, features, find(ram.table(), gpa, features), startAt);
  }

  private RingAddresses find(GuestMemory table, long gpa, long features) {
    boolean eventIdx = VirtioFeatures.has(features, VirtioFeatures.EVENT_IDX);
    long uva = ram.uva(gpa);
    return RingAddresses.find(
            table,
            place.size(),
            eventIdx,
            uva + place.desc(),
            uva + place.avail(),
            uva + place.used())
        .orElseThrow();
  }

  long avail() {
    return base + place.avail();
  }

  long used() {
    return base + place.used();
  }

  /** Offers a chain of one readable byte. */
  int offer() {
    driver.readable(GuestRam.GPA, 1);
    return driver.offer();
  }

  @Override
  public void close() {
    ram.close();
  }
}

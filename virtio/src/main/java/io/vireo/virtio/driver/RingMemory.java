package io.vireo.virtio.driver;

import io.vireo.linux.Mem;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.SplitQueue;
import io.vireo.virtio.queue.UsedRing;

/**
 * A split ring laid out in one piece of memory: descriptor table, avail ring, used ring, with room
 * for the event indexes and the used ring on a cache line of its own (virtio 1.3, 2.7).
 *
 * @param size entries, a power of two
 * @param offset distance of the ring from the start of some memory; a multiple of 64
 */
public record RingMemory(int size, long offset) {
  private static final long LINE = 64;

  /** Checks the size and the alignment. */
  public RingMemory {
    SplitQueue.requireSize(size);
    if (offset % LINE != 0) {
      throw new IllegalArgumentException("offset " + offset + " is not a multiple of " + LINE);
    }
  }

  /** Offset of the descriptor table. */
  public long desc() {
    return offset;
  }

  /** Offset of the avail ring. */
  public long avail() {
    return desc() + (long) size * Descriptor.BYTES;
  }

  /** Offset of the used ring. */
  public long used() {
    return alignUp(avail() + AvailRing.bytes(size, true));
  }

  /** Offset behind all three, a multiple of 64. */
  public long end() {
    return alignUp(used() + UsedRing.bytes(size, true));
  }

  /** Zeroes the ring in memory that begins at {@code base}, as a driver must (2.7.10.1). */
  public void clear(long base) {
    Mem.fill(base + offset, end() - offset, (byte) 0);
  }

  private static long alignUp(long value) {
    return (value + LINE - 1) & -LINE;
  }
}

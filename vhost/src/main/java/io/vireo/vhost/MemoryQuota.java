package io.vireo.vhost;

import io.vireo.vhost.message.MemoryTable;

/**
 * What all sessions of a controller together may have mapped. Front-ends choose how many regions
 * there are and how large they are, for a file without pages can have any size; what one takes of
 * the address space or of the kernel's mappings is missing to all other guests and to the JVM. Any
 * thread; nothing waits.
 */
final class MemoryQuota {
  /**
   * Enough for one session that ends slowly and the next, each of which has a whole table mapped in
   * addition while tables change. The kernel gives a process some 65,000 mappings, and each region
   * takes up to three.
   */
  static final int REGIONS = 2 * (SessionMemory.MAX_SLOTS + MemoryTable.MAX_REGIONS);

  /** A quarter of the address space that a process has; the same memory counts each time. */
  static final long BYTES = 32L << 40;

  private int regionsLeft = REGIONS;
  private long bytesLeft = BYTES;

  /**
   * Takes one region of so many bytes.
   *
   * @throws IllegalArgumentException with a sentence when it is not there
   */
  synchronized void take(long bytes) {
    if (regionsLeft == 0) {
      throw new IllegalArgumentException(
          "all %d regions of this controller's connections are in use".formatted(REGIONS));
    }
    if (Long.compareUnsigned(bytes, bytesLeft) > 0) {
      throw new IllegalArgumentException(
          "region of 0x%x bytes is larger than what is left to this controller's connections, 0x%x"
              .formatted(bytes, bytesLeft));
    }
    regionsLeft--;
    bytesLeft -= bytes;
  }

  /** Gives one region back. */
  synchronized void give(long bytes) {
    regionsLeft++;
    bytesLeft += bytes;
  }
}

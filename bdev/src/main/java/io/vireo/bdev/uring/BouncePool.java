package io.vireo.bdev.uring;

import io.vireo.memreg.HostMemory;

/**
 * Reactor thread only. Aligned buffers for transfers that are not, and a stretch of zeroes. The
 * memory is taken from the system when a buffer is first used.
 */
final class BouncePool implements AutoCloseable {
  private final HostMemory memory;
  private final long[] free;
  private int count;

  BouncePool(int buffers) {
    long bytes = (long) buffers * Transfer.BOUNCE_BYTES + Zeroing.ZEROES_BYTES;
    memory = HostMemory.allocate(bytes, "bounce", HostMemory.HugePages.NEVER);
    free = new long[buffers];
    for (int i = 0; i < buffers; i++) {
      give(memory.address() + (long) i * Transfer.BOUNCE_BYTES);
    }
  }

  /** A buffer of {@link Transfer#BOUNCE_BYTES}, or 0 when none is free. */
  long take() {
    return count == 0 ? 0 : free[--count];
  }

  void give(long address) {
    free[count++] = address;
  }

  /** Address of {@link Zeroing#ZEROES_BYTES} zeroes, never to be written. */
  long zeroes() {
    return memory.address() + (long) free.length * Transfer.BOUNCE_BYTES;
  }

  @Override
  public void close() {
    memory.close();
  }
}

package io.vireo.nvme;

import io.vireo.nvme.transport.DmaMemory;

/** A fixed number of bounce buffers for one queue pair or several on one thread. */
public final class BufferStack implements BounceBuffers, AutoCloseable {
  private static final int PAGE_BYTES = 4096;

  private final DmaMemory memory;
  private final int bufferBytes;
  private final long base;
  private final long[] free;
  private int count;

  /**
   * @param bufferBytes of each buffer, a power of two from 4 KiB on
   */
  public BufferStack(DmaMemory memory, int buffers, int bufferBytes) {
    if (bufferBytes < PAGE_BYTES || Integer.bitCount(bufferBytes) != 1) {
      throw new IllegalArgumentException(
          "buffers of %d bytes are no power of two from %d on".formatted(bufferBytes, PAGE_BYTES));
    }
    this.memory = memory;
    this.bufferBytes = bufferBytes;
    this.base = memory.allocate((long) buffers * bufferBytes, bufferBytes);
    this.free = new long[buffers];
    for (int i = 0; i < buffers; i++) {
      free[i] = base + (long) i * bufferBytes;
    }
    count = buffers;
  }

  @Override
  public int bytes() {
    return bufferBytes;
  }

  @Override
  public long take() {
    return count == 0 ? 0 : free[--count];
  }

  @Override
  public void give(long hva) {
    if (count == free.length) {
      throw new IllegalStateException("a buffer comes back that was not lent");
    }
    free[count++] = hva;
  }

  /** Buffers that can be lent now. */
  public int available() {
    return count;
  }

  /** Gives the memory back; every buffer has come back. */
  @Override
  public void close() {
    if (count != free.length) {
      throw new IllegalStateException(
          "%d bounce buffers were not given back".formatted(free.length - count));
    }
    memory.free(base);
  }
}

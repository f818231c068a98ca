package io.vireo.nvme;

import io.vireo.memreg.DmaPool;
import io.vireo.memreg.DmaPoolCache;

/**
 * One thread's access to bounce buffers that all reactors share. Reactor thread only.
 *
 * <p>Who waits for a buffer may have to wait for another reactor: it goes on polling, for nobody
 * wakes it.
 */
public final class PooledBuffers implements BounceBuffers, AutoCloseable {
  private static final int PAGE_BYTES = 4096;
  private static final int LEAST = 2;

  private final DmaPoolCache cache;
  private final int bufferBytes;

  /**
   * @param pool its elements are aligned to 4096 bytes and at least as long
   * @param batch how many buffers come from the pool and go there at once
   */
  public PooledBuffers(DmaPool pool, int batch) {
    if (pool.elementBytes() < PAGE_BYTES || pool.alignmentBytes() < PAGE_BYTES) {
      throw new IllegalArgumentException(
          "elements of %d bytes, aligned to %d, are no bounce buffers: both must be %d at least"
              .formatted(pool.elementBytes(), pool.alignmentBytes(), PAGE_BYTES));
    }
    if (pool.statistics().elements() < LEAST) {
      throw new IllegalArgumentException(
          "a pool of %d bounce buffers is less than the %d that a fused operation takes"
              .formatted(pool.statistics().elements(), LEAST));
    }
    this.bufferBytes = Math.toIntExact(pool.elementBytes());
    this.cache = pool.cache(batch);
  }

  @Override
  public int bytes() {
    return bufferBytes;
  }

  @Override
  public long take() {
    return cache.get();
  }

  @Override
  public void give(long hva) {
    cache.put(hva);
  }

  /** Gives its share back to the pool; every buffer has come back. */
  @Override
  public void close() {
    cache.close();
  }
}

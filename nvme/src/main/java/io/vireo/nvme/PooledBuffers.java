package io.vireo.nvme;

import io.vireo.memreg.DmaPool;
import io.vireo.memreg.DmaPoolCache;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One thread's access to bounce buffers that all reactors share. Reactor thread only, but for what
 * it tells of its counters.
 *
 * <p>Who waits for a buffer may have to wait for another reactor: it goes on polling, for nobody
 * wakes it.
 */
public final class PooledBuffers implements BounceBuffers, AutoCloseable {
  private static final int PAGE_BYTES = 4096;
  private static final int LEAST = 2;
  private static final VarHandle LENT;
  private static final VarHandle WAITS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LENT = lookup.findVarHandle(PooledBuffers.class, "lent", long.class);
      WAITS = lookup.findVarHandle(PooledBuffers.class, "waits", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final DmaPoolCache cache;
  private final int bufferBytes;
  private long lent;
  private long waits;
  private boolean dry; // the last that was wanted could not be had

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
    long hva = cache.get();
    if (hva != 0) {
      LENT.setOpaque(this, lent + 1);
      dry = false;
    } else if (!dry) {
      WAITS.setOpaque(this, waits + 1);
      dry = true;
    }
    return hva;
  }

  @Override
  public void give(long hva) {
    cache.put(hva);
  }

  /** How many buffers were lent; any thread. */
  public long lent() {
    return (long) LENT.getOpaque(this);
  }

  /** How many of these were lent after more had come from the pool; any thread. */
  public long fetched() {
    return cache.refills();
  }

  /** How often there was none, counted once until there is one again; any thread. */
  public long waits() {
    return (long) WAITS.getOpaque(this);
  }

  /** Gives its share back to the pool; every buffer has come back. */
  @Override
  public void close() {
    cache.close();
  }
}

package io.vireo.memreg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Reactor thread only. One reactor's share of a {@link DmaPool}: elements are taken from an array
 * and put back there, the last one first, for it may still be in the core's cache.
 *
 * <p>It takes half of what it can hold from the pool when it is empty, and gives half when it is
 * full. What it holds no other cache has. Measured (DmaPoolBenchmark): an element taken and put
 * back costs 4 ns as long as the cache serves it, 12 ns when it comes from the pool and goes there.
 */
public final class DmaPoolCache implements AutoCloseable {
  private static final VarHandle COUNT;
  private static final VarHandle REFUSED;
  private static final VarHandle REFILLS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      COUNT = lookup.findVarHandle(DmaPoolCache.class, "count", int.class);
      REFUSED = lookup.findVarHandle(DmaPoolCache.class, "refused", long.class);
      REFILLS = lookup.findVarHandle(DmaPoolCache.class, "refills", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final DmaPool pool;
  private final DmaElements elements;
  private final long[] hvas;
  private final int[] indexes; // of a batch that comes or goes: half of what it can hold
  private int count;
  private long refused;
  private long refills;
  private boolean closed;

  DmaPoolCache(DmaPool pool, DmaElements elements, int half) {
    this.pool = pool;
    this.elements = elements;
    this.hvas = new long[2 * half];
    this.indexes = new int[half];
  }

  /** An element, or 0 when neither this cache nor the pool has any: try again later. */
  public long get() {
    int left = count - 1;
    if (left < 0) {
      return refill();
    }
    COUNT.setOpaque(this, left);
    return hvas[left];
  }

  private long refill() {
    int taken = closed ? 0 : elements.take(hvas, indexes);
    if (taken == 0) {
      REFUSED.setOpaque(this, refused + 1);
      return 0;
    }
    REFILLS.setOpaque(this, refills + 1);
    COUNT.setOpaque(this, taken - 1);
    return hvas[taken - 1];
  }

  /**
   * Gives an element back, one of any cache of this pool.
   *
   * @throws IllegalStateException seen now or later: it is no element, or was put back before
   */
  public void put(long hva) {
    if (count == hvas.length) {
      giveHalf();
    }
    hvas[count] = hva;
    COUNT.setOpaque(this, count + 1);
  }

  /** Half of what it can hold, those that were put first. */
  private void giveHalf() {
    int half = indexes.length;
    elements.give(hvas, half, indexes);
    int left = count - half;
    System.arraycopy(hvas, half, hvas, 0, left);
    COUNT.setOpaque(this, left);
  }

  /** How many elements it can hold; any thread. */
  int capacity() {
    return hvas.length;
  }

  /** How many elements it holds; any thread. */
  int held() {
    return (int) COUNT.getOpaque(this);
  }

  /** How often it had none to give; any thread. */
  long refused() {
    return (long) REFUSED.getOpaque(this);
  }

  /** How often it took more from the pool; any thread. */
  public long refills() {
    return (long) REFILLS.getOpaque(this);
  }

  /**
   * Gives everything back to the pool; a second time does nothing. On the reactor's thread, or when
   * it has ended.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    while (count > indexes.length) {
      giveHalf();
    }
    elements.give(hvas, count, indexes);
    COUNT.setOpaque(this, 0);
    closed = true;
    pool.left(this);
  }
}

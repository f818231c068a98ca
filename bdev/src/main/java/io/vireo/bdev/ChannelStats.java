package io.vireo.bdev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Reactor thread only, but for {@link #addTo}. What went through one channel.
 *
 * <p>One thread writes, with opaque stores that cost what plain ones do; readers on other threads
 * see every counter whole, though not all of one instant. Latencies are as fine as the reactor's
 * clock: one lap. As in SPDK only successful requests count as operations; the others are counted
 * by status.
 */
public final class ChannelStats {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  // Each type has eight slots, a cache line of its own.
  private static final int OPS = 0;
  private static final int BYTES = 1;
  private static final int LATENCY_SUM = 2;
  private static final int LATENCY_MIN = 3;
  private static final int LATENCY_MAX = 4;
  private static final int STRIDE = 8;

  private final long[] types = new long[IoType.COUNT * STRIDE];
  private final long[] errors = new long[IoStatus.COUNT];
  private final long[] bounced = new long[1];

  ChannelStats() {
    for (int t = 0; t < types.length; t += STRIDE) {
      types[t + LATENCY_MIN] = Long.MAX_VALUE;
    }
  }

  /** Counts a request that ended with OK. */
  void succeeded(IoType type, long bytes, long latencyNs) {
    long[] slots = types; // read once: behind an opaque store the compiler reads fields anew
    int t = type.index() * STRIDE;
    add(slots, t + OPS, 1);
    add(slots, t + BYTES, bytes);
    if (latencyNs < slots[t + LATENCY_MIN]) {
      SLOT.setOpaque(slots, t + LATENCY_MIN, latencyNs);
    }
    if (latencyNs > 0) { // else, answered at once, the sum and the maximum stay what they are
      add(slots, t + LATENCY_SUM, latencyNs);
      if (latencyNs > slots[t + LATENCY_MAX]) {
        SLOT.setOpaque(slots, t + LATENCY_MAX, latencyNs);
      }
    }
  }

  /** Counts a request that ended with another status, or was refused. */
  void failed(int status) {
    add(errors, status, 1);
  }

  /** Counts a transfer that went through a buffer of ours because its memory was not aligned. */
  public void bounced() {
    add(bounced, 0, 1);
  }

  /** Sets counters back, between two requests. */
  void reset(StatsReset what) {
    for (int t = 0; t < types.length; t += STRIDE) {
      if (what == StatsReset.ALL) {
        SLOT.setOpaque(types, t + OPS, 0L);
        SLOT.setOpaque(types, t + BYTES, 0L);
        SLOT.setOpaque(types, t + LATENCY_SUM, 0L);
      }
      if (what.extremes()) {
        SLOT.setOpaque(types, t + LATENCY_MIN, Long.MAX_VALUE);
        SLOT.setOpaque(types, t + LATENCY_MAX, 0L);
      }
    }
    for (int s = 0; what.errors() && s < errors.length; s++) {
      SLOT.setOpaque(errors, s, 0L);
    }
    if (what == StatsReset.ALL) {
      SLOT.setOpaque(bounced, 0, 0L);
    }
  }

  private static void add(long[] slots, int index, long value) {
    SLOT.setOpaque(slots, index, slots[index] + value);
  }

  private static long read(long[] slots, int index) {
    return (long) SLOT.getOpaque(slots, index);
  }

  /** Adds these counters to a sum. Any thread. */
  void addTo(IoStats sum) {
    for (IoType type : IoType.values()) {
      int t = type.index() * STRIDE;
      sum.add(
          type,
          read(types, t + OPS),
          read(types, t + BYTES),
          read(types, t + LATENCY_SUM),
          read(types, t + LATENCY_MIN),
          read(types, t + LATENCY_MAX));
    }
    for (int s = 0; s < errors.length; s++) {
      sum.addErrors(s, read(errors, s));
    }
    sum.addBounced(read(bounced, 0));
  }
}

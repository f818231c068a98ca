package io.vireo.bdev;

import io.vireo.reactor.Reactor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Reactor thread only, but for {@link #addTo}. Counts the latencies of one channel or one queue
 * since its histogram was enabled. Writes as {@link ChannelStats} does.
 *
 * <p>A request that pends is timed by the reactor's clock, so to one lap. One that is answered in
 * the call that submits it begins and ends in the same lap, and reading the clock twice (42 ns)
 * would cost more than many a request. So of these the long ones are timed each, and of the others
 * one in {@value #TIMED_EACH}, which stands for those up to the next: how many there are is exact,
 * how long they took is a sample.
 */
public final class LatencyRecorder {
  private static final long UNTIMED = Long.MIN_VALUE;

  /** Copying so much takes some 3 us: a hundred times as long as reading the clock. */
  static final long LONG_BYTES = 32 * 1024;

  /** A prime, so that no usual pattern of requests has the same period. */
  static final int TIMED_EACH = 13;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

  private final BucketLayout layout;
  private final int types;
  private final long[] counts;
  private int untilTimed;
  private int sampled; // the bucket of the last short request that was timed

  public LatencyRecorder(HistogramOptions options) {
    layout = options.layout();
    types = options.types();
    counts = new long[layout.buckets()];
  }

  /**
   * A request is about to be submitted; it keeps its type and length until it has ended.
   *
   * @return for {@link #submitted}
   */
  public long begin(BdevIo io, Reactor reactor) {
    return counts(io) && (untilTimed == 0 || isLong(io)) ? reactor.clockNs() : UNTIMED;
  }

  /**
   * A request was submitted: answered when {@code status} is a final one. One that was BUSY leaves
   * no trace, for it begins anew; one that pends has had its turn to be timed, for the clock's
   * sake.
   */
  public void submitted(BdevIo io, int status, long begun, Reactor reactor) {
    if (status == IoStatus.BUSY || !counts(io)) {
      return;
    }
    boolean isLong = isLong(io);
    if (!isLong) {
      untilTimed = untilTimed == 0 ? TIMED_EACH - 1 : untilTimed - 1;
    }
    if (status >= 0) {
      answered(isLong, begun, reactor);
    }
  }

  private void answered(boolean isLong, long begun, Reactor reactor) {
    int bucket = sampled;
    if (begun != UNTIMED) {
      bucket = layout.bucket(reactor.clockNs() - begun);
      if (!isLong) {
        sampled = bucket;
      }
    }
    count(bucket);
  }

  /** A request has ended that was pending. */
  public void ended(BdevIo io, long latencyNs) {
    if (counts(io)) {
      count(layout.bucket(latencyNs));
    }
  }

  private boolean counts(BdevIo io) {
    return (types & io.type().bit()) != 0;
  }

  private static boolean isLong(BdevIo io) {
    return io.lengthBytes() >= LONG_BYTES;
  }

  private void count(int bucket) {
    SLOT.setOpaque(counts, bucket, counts[bucket] + 1);
  }

  /** Adds what was counted to a sum of the same layout. Any thread. */
  public void addTo(Histogram sum) {
    for (int b = 0; b < counts.length; b++) {
      sum.add(b, (long) SLOT.getOpaque(counts, b));
    }
  }
}

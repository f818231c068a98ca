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
   * @return for {@link #answered}
   */
  public long begin(BdevIo io, Reactor reactor) {
    return counts(io) && timed(io) ? reactor.clockNs() : UNTIMED;
  }

  private boolean timed(BdevIo io) {
    if (isLong(io)) {
      return true;
    }
    if (untilTimed > 0) {
      untilTimed--;
      return false;
    }
    untilTimed = TIMED_EACH - 1;
    return true;
  }

  /** A request was answered in the call that submitted it. */
  public void answered(BdevIo io, long begun, Reactor reactor) {
    if (!counts(io)) {
      return;
    }
    int bucket = sampled;
    if (begun != UNTIMED) {
      bucket = layout.bucket(reactor.clockNs() - begun);
      if (!isLong(io)) {
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

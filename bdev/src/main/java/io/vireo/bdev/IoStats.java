package io.vireo.bdev;

import java.util.Arrays;

/**
 * A sum of {@link ChannelStats} at one moment, of a channel or of a whole bdev: what
 * bdev_get_iostat shows. Not shared between threads.
 */
public final class IoStats {
  private final long[] ops = new long[IoType.COUNT];
  private final long[] bytes = new long[IoType.COUNT];
  private final long[] latencyNs = new long[IoType.COUNT];
  private final long[] minLatencyNs = new long[IoType.COUNT];
  private final long[] maxLatencyNs = new long[IoType.COUNT];
  private final long[] errors = new long[IoStatus.COUNT];
  private long bounced;

  /** All zero. */
  public IoStats() {
    Arrays.fill(minLatencyNs, Long.MAX_VALUE);
  }

  void add(IoType type, long moreOps, long moreBytes, long sumNs, long minNs, long maxNs) {
    int t = type.index();
    ops[t] += moreOps;
    bytes[t] += moreBytes;
    latencyNs[t] += sumNs;
    minLatencyNs[t] = Math.min(minLatencyNs[t], minNs);
    maxLatencyNs[t] = Math.max(maxLatencyNs[t], maxNs);
  }

  /** Adds another sum. */
  public void add(IoStats other) {
    for (IoType type : IoType.values()) {
      int t = type.index();
      add(
          type,
          other.ops[t],
          other.bytes[t],
          other.latencyNs[t],
          other.minLatencyNs[t],
          other.maxLatencyNs[t]);
    }
    for (int s = 0; s < errors.length; s++) {
      addErrors(s, other.errors[s]);
    }
    addBounced(other.bounced);
  }

  void addErrors(int status, long more) {
    errors[status] += more;
  }

  void addBounced(long more) {
    bounced += more;
  }

  void reset(StatsReset what) {
    if (what.extremes()) {
      Arrays.fill(minLatencyNs, Long.MAX_VALUE);
      Arrays.fill(maxLatencyNs, 0);
    }
    if (what.errors()) {
      Arrays.fill(errors, 0);
    }
    if (what == StatsReset.ALL) {
      Arrays.fill(ops, 0);
      Arrays.fill(bytes, 0);
      Arrays.fill(latencyNs, 0);
      bounced = 0;
    }
  }

  /** Requests that ended with OK. */
  public long ops(IoType type) {
    return ops[type.index()];
  }

  /** Bytes of those requests. */
  public long bytes(IoType type) {
    return bytes[type.index()];
  }

  /** Sum of their latencies. */
  public long latencyNs(IoType type) {
    return latencyNs[type.index()];
  }

  /** Shortest latency, 0 when there was no request. */
  public long minLatencyNs(IoType type) {
    long min = minLatencyNs[type.index()];
    return min == Long.MAX_VALUE ? 0 : min;
  }

  /** Longest latency. */
  public long maxLatencyNs(IoType type) {
    return maxLatencyNs[type.index()];
  }

  /** Requests that ended with, or were refused with, a status of {@link IoStatus} other than OK. */
  public long errors(int status) {
    return errors[status];
  }

  /** Transfers that went through a buffer of ours because the request's was not aligned. */
  public long bounced() {
    return bounced;
  }
}

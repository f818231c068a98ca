package io.vireo.bdev;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How many requests had which latency, at one moment: a sum over {@link LatencyRecorder}s. Not
 * shared between threads.
 */
public final class Histogram {
  private final BucketLayout layout;
  private final long[] counts;

  /** All zero. */
  public Histogram(BucketLayout layout) {
    this.layout = layout;
    counts = new long[layout.buckets()];
  }

  void add(int bucket, long more) {
    counts[bucket] += more;
  }

  /** Adds another sum of the same layout. */
  void add(Histogram other) {
    for (int b = 0; b < counts.length; b++) {
      counts[b] += other.counts[b];
    }
  }

  public BucketLayout layout() {
    return layout;
  }

  /** Requests by bucket. */
  public long[] counts() {
    return counts.clone();
  }

  /** All requests. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /**
   * How many requests lie below the first border, between each two neighbours, and from the last
   * one on. A bucket that lies on both sides of a border is counted where it begins.
   *
   * @param bordersUs in microseconds, rising
   * @throws BdevException with EINVAL when they do not rise
   */
  public long[] between(List<Long> bordersUs) {
    for (int i = 1; i < bordersUs.size(); i++) {
      if (bordersUs.get(i) <= bordersUs.get(i - 1)) {
        throw BdevException.invalid(
            "border %d is not above the one before it, %d"
                .formatted(bordersUs.get(i), bordersUs.get(i - 1)));
      }
    }
    long[] sums = new long[bordersUs.size() + 1];
    int interval = 0;
    for (int b = 0; b < counts.length; b++) {
      // The first bucket holds whatever is too short for the others, too.
      long fromNs = b == 0 ? 0 : layout.fromNs(b);
      while (interval < bordersUs.size()
          && fromNs >= TimeUnit.MICROSECONDS.toNanos(bordersUs.get(interval))) {
        interval++;
      }
      sums[interval] += counts[b];
    }
    return sums;
  }
}

package io.vireo.daemon.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * A histogram in the few buckets that Prometheus is to keep: powers of two from 1 us to 8.4 s. What
 * is exact of it is as fine as the histogram's own buckets.
 */
final class LatencyBuckets {
  /** Up to 2^23 us. */
  private static final int POWERS = 24;

  private static final List<Long> BORDERS_US =
      LongStream.range(0, POWERS).map(power -> 1L << power).boxed().toList();
  private static final double[] UPPER_SECONDS =
      DoubleStream.concat(
              BORDERS_US.stream()
                  .mapToDouble(us -> Seconds.ofNs(TimeUnit.MICROSECONDS.toNanos(us))),
              DoubleStream.of(Double.POSITIVE_INFINITY))
          .toArray();

  private LatencyBuckets() {}

  static ClassicHistogramBuckets of(Histogram histogram) {
    return ClassicHistogramBuckets.of(UPPER_SECONDS, histogram.between(BORDERS_US));
  }

  /** As if all latencies of a bucket lay in its middle. */
  static double sumSeconds(Histogram histogram) {
    BucketLayout layout = histogram.layout();
    long[] counts = histogram.counts();
    double ns = 0;
    for (int b = 0; b < counts.length; b++) {
      double from = layout.fromNs(b);
      ns += counts[b] * (from + layout.fromNs(b + 1)) / 2;
    }
    return Seconds.ofNs(ns);
  }
}

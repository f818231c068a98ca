package io.vireo.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.IoType;
import io.vireo.bdev.LatencyRecorder;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
  private static final BucketLayout LAYOUT =
      BucketLayout.of(BucketLayout.GRANULARITY, BucketLayout.MIN_NS, BucketLayout.MAX_NS);

  private static Histogram histogram(BucketLayout layout, long... latenciesNs) {
    LatencyRecorder recorder = new LatencyRecorder(new HistogramOptions(null, layout));
    BdevIo io = new BdevIo((request, status) -> {}, 0, 0, 0);
    io.prepare(IoType.FLUSH, 0, 0);
    for (long ns : latenciesNs) {
      recorder.ended(io, ns);
    }
    Histogram histogram = new Histogram(layout);
    recorder.addTo(histogram);
    return histogram;
  }

  /** By the index of the bucket, which ends at 2^index us. */
  private static long count(Histogram histogram, int bucket) {
    return LatencyBuckets.of(histogram).getCount(bucket);
  }

  @Test
  void buckets_are_powers_of_two_from_1_us_to_8_s_and_the_rest() {
    ClassicHistogramBuckets buckets = LatencyBuckets.of(histogram(LAYOUT));
    assertThat(buckets.size()).isEqualTo(25);
    for (int i = 0; i < 24; i++) {
      assertThat(buckets.getUpperBound(i)).isCloseTo(1e-6 * (1L << i), within(1e-12));
      assertThat(buckets.getCount(i)).isZero();
    }
    assertThat(buckets.getUpperBound(24)).isInfinite();
  }

  @Test
  void each_latency_is_counted_once_where_it_belongs() {
    Histogram histogram =
        histogram(LAYOUT, 0, 999, 1_100, 1_900, 3_000, 1_000_000, 8_000_000_000L, 90_000_000_000L);
    assertThat(count(histogram, 0)).isEqualTo(2);
    assertThat(count(histogram, 1)).isEqualTo(2);
    assertThat(count(histogram, 2)).isEqualTo(1);
    assertThat(count(histogram, 10)).as("up to 1.024 ms").isEqualTo(1);
    assertThat(count(histogram, 23)).isEqualTo(1);
    assertThat(count(histogram, 24)).isEqualTo(1);
    assertThat(LatencyBuckets.of(histogram).stream().mapToLong(b -> b.getCount()).sum())
        .isEqualTo(histogram.total());
  }

  @Test
  void the_sum_is_as_fine_as_the_histogram() {
    assertThat(LatencyBuckets.sumSeconds(histogram(LAYOUT))).isZero();
    double sum = LatencyBuckets.sumSeconds(histogram(LAYOUT, 5_000, 70_000, 2_000_000_000L));
    assertThat(sum).isCloseTo(2.000075, within(2.000075 / 128));
    Histogram coarse = histogram(BucketLayout.of(0, 0, 1_000_000), 700, 700);
    assertThat(LatencyBuckets.sumSeconds(coarse)).isCloseTo(2 * 768e-9, within(1e-12));
  }
}

package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vireo.bdev.BucketLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class BucketsTest {
  private static final BucketLayout LAYOUT =
      BucketLayout.of(Histograms.GRANULARITY, 0, BucketLayout.MAX_NS);

  private static Buckets of(long... latenciesNs) {
    long[] counts = new long[LAYOUT.buckets()];
    for (long ns : latenciesNs) {
      counts[LAYOUT.bucket(ns)]++;
    }
    return new Buckets(LAYOUT, 1, counts);
  }

  @Property(tries = 200)
  void a_percentile_and_the_average_are_as_exact_as_the_buckets(
      @ForAll @Size(min = 1, max = 500) List<@LongRange(min = 1, max = 10_000_000_000L) Long> all) {
    long[] ns = all.stream().mapToLong(n -> n).toArray();
    long[] sorted = LongStream.of(ns).sorted().toArray();
    double p99 = sorted[(int) Math.ceil(0.99 * ns.length) - 1];
    Buckets buckets = of(ns);
    assertThat(buckets.quantileNs(0.99)).isCloseTo(p99, within(p99 / 16 + 1));
    double mean = LongStream.of(ns).average().orElseThrow();
    assertThat(buckets.meanNs()).isCloseTo(mean, within(mean / 32 + 1));
  }

  @Test
  void one_in_a_hundred_is_not_seen_in_the_99th_percentile_and_two_are() {
    long[] ns = new Random(1).longs(100, 9_000, 10_000).toArray();
    ns[7] = 1_000_000;
    assertThat(of(ns).quantileNs(0.99)).isBetween(9_000.0, 10_300.0);
    ns[8] = 1_000_000;
    assertThat(of(ns).quantileNs(0.99)).isBetween(980_000.0, 1_040_000.0);
  }

  @Test
  void nothing_has_no_percentile_and_no_average() {
    assertThat(of().quantileNs(0.99)).isNaN();
    assertThat(of().meanNs()).isNaN();
  }

  @Test
  void what_was_counted_since_is_the_difference() {
    Buckets more = of(100, 100, 5000).since(of(100));
    assertThat(more.total()).isEqualTo(2);
    assertThat(more.count(LAYOUT.bucket(100))).isEqualTo(1);
    assertThat(of(100).since(null).total()).isEqualTo(1);
  }

  @Test
  void a_histogram_that_began_anew_counts_from_there() {
    assertThat(of(300).since(of(100, 100, 300)).total()).isEqualTo(1);
    BucketLayout other = BucketLayout.of(7, 1000, 1_000_000);
    Buckets coarse = new Buckets(other, 1, new long[other.buckets()]);
    assertThat(of(300).since(coarse).total()).isEqualTo(1);
    assertThat(of(300).plus(coarse).total()).isEqualTo(1);
  }

  @Test
  void queues_add_up() {
    assertThat(of(100, 5000).plus(of(100)).count(LAYOUT.bucket(100))).isEqualTo(2);
  }

  @Test
  void ticks_need_not_be_nanoseconds() {
    String json =
        "{\"histogram\":\"AQAAAAAAAAAAAAAAAAAAAA==\",\"granularity\":0,\"min_range\":5,"
            + "\"max_range\":6,\"tsc_rate\":100000000}";
    Buckets buckets = Buckets.of(JsonMapper.shared().readTree(json));
    assertThat(buckets.total()).isEqualTo(1);
    assertThat(buckets.quantileNs(1)).isEqualTo(320); // below 32 ticks of 10 ns
  }

  @Test
  void what_is_no_histogram_is_refused() {
    String json = "{\"histogram\":\"AQAAAAAAAAA=\",\"granularity\":3,\"max_range\":4}";
    assertThatThrownBy(() -> Buckets.of(JsonMapper.shared().readTree(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a histogram has 1 buckets, not 40");
  }
}

package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static Histogram of(BucketLayout layout, List<Long> latenciesNs) {
    Histogram histogram = new Histogram(layout);
    latenciesNs.forEach(ns -> histogram.add(layout.bucket(ns), 1));
    return histogram;
  }

  @Test
  void borders_part_the_latencies() {
    BucketLayout layout = BucketLayout.of(7, 0, BucketLayout.MAX_NS);
    Histogram histogram =
        of(layout, List.of(0L, 15_000L, 17_000L, 131_072_000L, 200_000_000L, 110_000_000_000L));
    assertThat(histogram.between(List.of())).containsExactly(6);
    assertThat(histogram.between(List.of(16L, 131_072L))).containsExactly(2, 1, 3);
    assertThat(histogram.between(List.of(0L, Long.MAX_VALUE))).containsExactly(0, 6, 0);
  }

  @Property(tries = 300)
  void each_latency_is_counted_once_and_at_most_one_bucket_from_its_place(
      @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 1_000_000_000) Long> latenciesNs,
      @ForAll @Size(max = 8) @UniqueElements List<@LongRange(min = 0, max = 2_000_000) Long> any) {
    List<Long> borders = any.stream().sorted().toList();
    BucketLayout layout = BucketLayout.of(7, 0, BucketLayout.MAX_NS);
    long[] counted = of(layout, latenciesNs).between(borders);
    assertThat(counted).hasSize(borders.size() + 1);
    assertThat(java.util.Arrays.stream(counted).sum()).isEqualTo(latenciesNs.size());
    long below = 0;
    for (int i = 0; i < borders.size(); i++) {
      below += counted[i];
      long border = borders.get(i) * 1000;
      long certainly = latenciesNs.stream().filter(ns -> ns < border).count();
      long perhaps = latenciesNs.stream().filter(ns -> ns < border + (border >> 7) + 1).count();
      assertThat(below).isBetween(certainly, perhaps);
    }
  }

  @Test
  void what_is_too_short_for_the_buckets_is_below_every_border() {
    BucketLayout layout = BucketLayout.of(7, 1_000_000, 2_000_000);
    Histogram histogram = of(layout, List.of(0L, 999L));
    assertThat(histogram.between(List.of(1L, 5L))).containsExactly(2, 0, 0);
  }

  @Test
  void borders_that_do_not_rise_are_refused() {
    Histogram histogram = new Histogram(BucketLayout.of(7, 0, 1000));
    assertThatThrownBy(() -> histogram.between(List.of(5L, 5L)))
        .isInstanceOf(BdevException.class)
        .hasMessage("border 5 is not above the one before it, 5");
  }

  @Test
  void what_was_given_out_does_not_change() {
    Histogram histogram = of(BucketLayout.of(7, 0, 1000), List.of(1L));
    histogram.counts()[1] = 7;
    assertThat(histogram.total()).isEqualTo(1);
  }
}

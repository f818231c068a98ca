package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketLayoutTest {
  /** Any number of bits is as likely as any other. */
  private static Arbitrary<Long> latencies() {
    return Arbitraries.integers()
        .between(0, 62)
        .flatMap(bits -> Arbitraries.longs().between(0, (1L << bits)));
  }

  @Provide
  static Arbitrary<Long> ns() {
    return latencies();
  }

  @Provide
  static Arbitrary<BucketLayout> layouts() {
    return Combinators.combine(
            Arbitraries.integers().between(0, BucketLayout.MAX_GRANULARITY),
            latencies(),
            latencies())
        .as((g, a, b) -> BucketLayout.of(g, Math.min(a, b), Math.max(a, b) + 1));
  }

  /** The buckets one by one, from 0 on, as wide as their range says. */
  private static int bucketByCounting(BucketLayout layout, long ns) {
    int perRange = 1 << layout.granularity();
    long from = 0;
    long width = 1;
    for (int range = 0; ; range++) {
      if (range > 1) {
        width *= 2;
      }
      long end = from + width * perRange;
      boolean last = end <= from; // beyond 63 bits
      if (ns < end || last) {
        if (range < layout.minRange()) {
          return 0;
        }
        if (range > layout.maxRange()) {
          return layout.buckets() - 1;
        }
        return (range - layout.minRange()) * perRange + (int) ((ns - from) / width);
      }
      from = end;
    }
  }

  @Property
  void a_latency_is_in_the_bucket_that_counting_finds(
      @ForAll("layouts") BucketLayout layout, @ForAll("ns") long ns) {
    assertThat(layout.bucket(ns)).isEqualTo(bucketByCounting(layout, ns));
  }

  @Property(tries = 200)
  void a_bucket_reaches_from_its_border_to_the_next(
      @ForAll("layouts") BucketLayout layout, @ForAll("ns") long any) {
    int bucket = (int) (any % layout.buckets());
    long fromNs = layout.fromNs(bucket);
    assertThat(layout.bucket(fromNs)).isEqualTo(bucket);
    assertThat(layout.bucket(Math.max(0, fromNs - 1))).isEqualTo(Math.max(0, bucket - 1));
    if (bucket + 1 < layout.buckets()) {
      assertThat(layout.bucket(layout.fromNs(bucket + 1) - 1)).isEqualTo(bucket);
    }
  }

  @Property(tries = 200)
  void no_bucket_is_wider_than_its_share_of_what_it_holds(@ForAll("layouts") BucketLayout layout) {
    for (int bucket = 0; bucket + 1 < layout.buckets(); bucket++) {
      long fromNs = layout.fromNs(bucket);
      long width = layout.fromNs(bucket + 1) - fromNs;
      assertThat(width).isPositive();
      assertThat(width == 1 || width <= fromNs >> layout.granularity()).isTrue();
    }
  }

  /** As the field's documentation tells them for 128 buckets a range. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1, 128, 1",
    "2, 256, 2",
    "3, 512, 4",
    "4, 1024, 8",
    "5, 2048, 16",
  })
  void ranges_begin_at_powers_of_two_and_double_their_width(int range, long fromNs, long width) {
    BucketLayout layout = BucketLayout.of(7, 0, 1 << 20);
    assertThat(layout.fromNs(range * 128)).isEqualTo(fromNs);
    assertThat(layout.fromNs(range * 128 + 1)).isEqualTo(fromNs + width);
  }

  /** The field's own example: 1 us to 1 s at 2.3 GHz. */
  @Test
  void limits_become_the_ranges_that_hold_them() {
    BucketLayout layout = BucketLayout.of(7, 2_300, 2_300_000_000L);
    assertThat(layout.minRange()).isEqualTo(5);
    assertThat(layout.maxRange()).isEqualTo(25);
    assertThat(layout.buckets()).isEqualTo(21 * 128);
  }

  @Test
  void the_upper_limit_itself_is_not_held() {
    assertThat(BucketLayout.of(7, 0, 128).maxRange()).isZero();
    assertThat(BucketLayout.of(7, 0, 129).maxRange()).isOne();
  }

  @Test
  void one_bucket_a_range_is_possible() {
    BucketLayout layout = BucketLayout.of(0, 0, Long.MAX_VALUE);
    assertThat(layout.buckets()).isEqualTo(64);
    assertThat(layout.bucket(0)).isZero();
    assertThat(layout.bucket(1)).isEqualTo(1);
    assertThat(layout.bucket(3)).isEqualTo(2);
    assertThat(layout.bucket(Long.MAX_VALUE)).isEqualTo(63);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "-1; 0; 1; granularity -1 is not between 0 and 10",
        "11; 0; 1; granularity 11 is not between 0 and 10",
        "7; -1; 1; min_nsec -1 is negative",
        "7; 5; 5;  max_nsec 5 is not above min_nsec 5",
        "7; 5; 0;  max_nsec 0 is not above min_nsec 5",
      })
  void what_cannot_be_is_refused(int granularity, long minNs, long maxNs, String sentence) {
    assertThatThrownBy(() -> BucketLayout.of(granularity, minNs, maxNs))
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessage(sentence);
  }
}

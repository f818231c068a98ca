package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The search against drivers whose speed depends on the factor in known ways. */
class PaceSearchTest {
  private static final int[] FACTORS = {0, 1, 2, 4, 8, 16};
  private static final long SECOND = 1_000_000_000;

  private final Random random = new Random(1);
  private PaceSearch search = new PaceSearch();
  private double nowNs = 5e9;
  private double noise;

  /** Lets requests come for so long; which part of the time each factor was in use. */
  private double[] run(long ns, int batch, IntToDoubleFunction nsPerRequest) {
    double[] used = new double[17];
    double endNs = nowNs + ns;
    while (nowNs < endNs) {
      int factor = search.factor();
      double lapNs = batch * nsPerRequest.applyAsDouble(factor);
      lapNs *= 1 + noise * random.nextGaussian();
      nowNs += Math.max(1, lapNs);
      used[factor] += lapNs / ns;
      search.took(batch, (long) nowNs);
    }
    return used;
  }

  private static IntToDoubleFunction bestAt(int best, double penalty) {
    return factor -> {
      int away = Math.abs(indexOf(factor) - indexOf(best));
      return 200 * Math.pow(1 + penalty, away);
    };
  }

  private static int indexOf(int factor) {
    int index = 0;
    while (FACTORS[index] != factor) {
      index++;
    }
    return index;
  }

  @Property(tries = 60)
  void it_finds_the_best_factor_at_any_depth_and_stays_there(
      @ForAll @IntRange(max = 5) int best, @ForAll @IntRange(min = 1, max = 32) int batch) {
    search = new PaceSearch(); // tries share one instance of the class
    run(SECOND / 10, batch, bestAt(FACTORS[best], 0.1));
    double[] used = run(SECOND, batch, bestAt(FACTORS[best], 0.1));
    assertThat(used[FACTORS[best]]).isGreaterThan(0.97);
  }

  @Test
  void noise_that_is_larger_than_the_gain_does_not_mislead_it() {
    noise = 0.5; // of each lap; a turn has 512 of them
    run(SECOND / 5, 1, bestAt(8, 0.1));
    assertThat(run(SECOND, 1, bestAt(8, 0.1))[8]).isGreaterThan(0.95);
  }

  @Test
  void where_nothing_is_to_be_gained_it_rests() {
    noise = 0.05;
    int first = search.factor();
    double[] used = run(5 * SECOND, 4, factor -> 200);
    assertThat(used[first]).isGreaterThan(0.95);
  }

  @Test
  void a_short_pause_that_costs_too_little_to_see_is_not_lengthened() {
    double[] used = run(2 * SECOND, 1, factor -> 500 + factor / 4.0);
    assertThat(used[8] + used[16]).isLessThan(0.01);
  }

  @Test
  void it_follows_another_load_within_a_second() {
    run(5 * SECOND, 32, bestAt(16, 0.1));
    run(SECOND, 1, bestAt(0, 0.1));
    assertThat(run(SECOND, 1, bestAt(0, 0.1))[0]).isGreaterThan(0.97);
  }

  @Test
  void a_slow_disk_is_not_searched_for() {
    int first = search.factor();
    double[] used = run(5 * SECOND, 1, factor -> 60_000.0 - 3_000 * factor);
    assertThat(used[first]).isGreaterThan(0.9999);
  }

  @Test
  void what_came_before_a_gap_counts_nothing() {
    for (int i = 0; i < 100_000; i++) {
      // Full batches with a gap before a turn is through: a driver that sleeps now and then.
      nowNs += i % 8 == 0 ? 100_000 : 6_000;
      search.took(32, (long) nowNs);
      assertThat(search.factor()).isEqualTo(2);
    }
  }

  @Test
  void a_level_that_is_only_tried_does_not_outlast_a_gap() {
    int first = search.factor();
    while (search.factor() == first) {
      nowNs += 6_000;
      search.took(32, (long) nowNs);
    }
    for (int i = 0; i < 1000; i++) {
      nowNs += i % 8 == 0 ? 100_000 : 6_000;
      search.took(32, (long) nowNs);
      assertThat(search.factor()).isEqualTo(first);
    }
  }

  @Test
  void a_clock_that_jumps_back_or_wraps_does_no_harm() {
    nowNs = Long.MAX_VALUE - 1e6;
    long now = Long.MAX_VALUE - 1_000_000;
    for (int i = 0; i < 100_000; i++) {
      now += 200 * 32;
      search.took(32, now);
    }
    search.took(32, 0);
    search.took(32, -SECOND);
    nowNs = 0;
    run(SECOND / 5, 32, bestAt(16, 0.1));
    assertThat(run(SECOND, 32, bestAt(16, 0.1))[16]).isGreaterThan(0.9);
  }
}

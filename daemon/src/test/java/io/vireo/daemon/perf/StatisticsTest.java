package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {
  @Test
  void the_median_has_as_many_above_as_below() {
    assertThat(Statistics.median(3)).isEqualTo(3);
    assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
    assertThat(Statistics.median(4, 1, 3, 2)).isEqualTo(2.5);
  }

  @Test
  void an_interval_holds_the_median_and_gets_narrower_with_more_values() {
    double[] many = new Random(5).doubles(400).toArray();
    double[] few = DoubleStream.of(many).limit(20).toArray();
    Statistics.Interval wide = Statistics.interval95(few);
    Statistics.Interval narrow = Statistics.interval95(many);
    assertThat(Statistics.median(few)).isBetween(wide.low(), wide.high());
    assertThat(Statistics.median(many)).isBetween(narrow.low(), narrow.high());
    assertThat(narrow.high() - narrow.low()).isLessThan((wide.high() - wide.low()) / 2);
    assertThat(0.5).isBetween(narrow.low(), narrow.high());
  }

  @ParameterizedTest
  @CsvSource({"6,1", "8,1", "9,2", "20,6", "40,14", "100,40"}) // tables of the sign test
  void limits_are_values_that_lie_so_far_from_the_ends(int values, int place) {
    double[] places = IntStream.rangeClosed(1, values).asDoubleStream().toArray();
    assertThat(Statistics.interval95(places))
        .isEqualTo(new Statistics.Interval(place, values + 1 - place));
  }

  @Test
  void the_limits_of_many_values_lie_two_deviations_from_the_middle() {
    double[] places = IntStream.rangeClosed(1, 1000).asDoubleStream().toArray();
    assertThat(Statistics.interval95(places)).isEqualTo(new Statistics.Interval(469, 532));
  }

  /** Of samples whose true median is known, at most one in twenty may have it outside. */
  @Test
  void the_true_median_is_within_the_limits_as_often_as_is_said() {
    Random random = new Random(7);
    int within = 0;
    for (int i = 0; i < 10_000; i++) {
      double[] values = random.doubles(20).map(value -> value * value * value).toArray();
      Statistics.Interval interval = Statistics.interval95(values);
      within += interval.low() <= 0.125 && 0.125 <= interval.high() ? 1 : 0;
    }
    assertThat(within).isBetween(9_450, 9_750);
  }

  @Test
  void five_values_leave_no_limits() {
    assertThatIllegalArgumentException().isThrownBy(() -> Statistics.interval95(1, 2, 3, 4, 5));
  }
}

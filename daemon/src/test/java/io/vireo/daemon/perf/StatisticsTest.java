package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

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

  @Test
  void values_that_are_all_the_same_leave_no_doubt() {
    assertThat(Statistics.interval95(2, 2, 2)).isEqualTo(new Statistics.Interval(2, 2));
  }
}

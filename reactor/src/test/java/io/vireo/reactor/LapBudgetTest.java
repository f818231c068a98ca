package io.vireo.reactor;

import static io.vireo.reactor.LapBudget.LONELY_LAPS;
import static io.vireo.reactor.LapBudget.LONG_NS;
import static io.vireo.reactor.LapBudget.MAX_REQUESTS;
import static io.vireo.reactor.LapBudget.MIN_REQUESTS;
import static io.vireo.reactor.LapBudget.SHORT_NS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LapBudgetTest {
  private final LapBudget budget = new LapBudget();

  private void laps(int count, long ns, int busy) {
    for (int i = 0; i < count; i++) {
      budget.lap(ns, busy);
    }
  }

  @Test
  void who_is_alone_may_take_much_however_long_it_takes() {
    laps(1000, 1_000_000, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }

  @Test
  void long_laps_of_several_shorten_their_turns_down_to_a_least() {
    laps(1, LONG_NS + 1, 2);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
    laps(10, LONG_NS + 1, 200);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
  }

  @Test
  void laps_that_are_neither_long_nor_short_change_nothing() {
    laps(1, LONG_NS + 1, 2);
    laps(100, LONG_NS, 2);
    laps(100, SHORT_NS, 2);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
  }

  @Test
  void short_laps_lengthen_the_turns_again() {
    laps(2, LONG_NS + 1, 2);
    laps(1, SHORT_NS - 1, 2);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
    laps(10, 0, 2);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }

  @Test
  void a_lap_without_company_is_not_yet_solitude() {
    laps(10, LONG_NS + 1, 2);
    laps(LONELY_LAPS - 1, 0, 1);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
    laps(1, LONG_NS, 2);
    laps(LONELY_LAPS - 1, LONG_NS, 0);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
    laps(1, LONG_NS, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }
}

package io.vireo.reactor;

import static io.vireo.reactor.LapBudget.LONG_NS;
import static io.vireo.reactor.LapBudget.MAX_REQUESTS;
import static io.vireo.reactor.LapBudget.MIN_REQUESTS;
import static io.vireo.reactor.LapBudget.UNMIXED_LAPS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LapBudgetTest {
  private final LapBudget budget = new LapBudget();

  private void laps(int count, long ns, int busy, int deep) {
    for (int i = 0; i < count; i++) {
      budget.lap(ns, busy, deep);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0", "1,1", "2,2", "64,64", "64,0"})
  void who_is_alone_or_among_equals_may_take_much_however_long_it_takes(int busy, int deep) {
    laps(1000, 1_000_000, busy, deep);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }

  @Test
  void long_laps_beside_one_with_little_to_do_shorten_the_turns_down_to_a_least() {
    laps(1, LONG_NS + 1, 2, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
    laps(10, LONG_NS + 1, 3, 2);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
  }

  @Test
  void laps_of_many_may_be_longer() {
    laps(100, 62 * LONG_NS, 64, 63);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
    laps(100, 62 * LONG_NS + 1, 64, 63);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
  }

  @Test
  void laps_that_are_neither_long_nor_short_change_nothing() {
    laps(1, LONG_NS + 1, 2, 1);
    laps(100, LONG_NS, 2, 1);
    laps(100, LONG_NS / 2, 2, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
  }

  @Test
  void short_laps_lengthen_the_turns_again() {
    laps(2, LONG_NS + 1, 2, 1);
    laps(1, LONG_NS / 2 - 1, 2, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS / 2);
    laps(10, 0, 2, 1);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }

  @Test
  void a_lap_without_the_other_does_not_mean_that_it_is_gone() {
    laps(10, LONG_NS + 1, 2, 1);
    laps(UNMIXED_LAPS - 1, 0, 1, 1);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
    laps(1, LONG_NS, 2, 1);
    laps(UNMIXED_LAPS - 1, LONG_NS, 0, 0);
    assertThat(budget.requests()).isEqualTo(MIN_REQUESTS);
    laps(1, LONG_NS, 2, 2);
    assertThat(budget.requests()).isEqualTo(MAX_REQUESTS);
  }

  /** A disk that answers so often, to either of its guests in turn, however much it is given. */
  private static final class SlowDisk {
    static final int DEPTH = 32;
    static final long ANSWER_NS = 20_000;
    static final long LAP_NS = 60;
    static final long REQUEST_NS = 1500;

    final int[] ready = {DEPTH, DEPTH}; // in the rings
    long inFlight;
    long nextAnswerNs;
    long nowNs;
    long answers;
    int deep; // queues that had much in the last lap

    /** What two queues do in a lap of at most so many requests each; how many had work. */
    int lap(int turn) {
      int busy = 0;
      deep = 0;
      nowNs += LAP_NS;
      for (int guest = 0; guest < ready.length; guest++) {
        int taken = Math.min(ready[guest], turn);
        ready[guest] -= taken;
        inFlight += taken;
        nowNs += taken * REQUEST_NS;
        busy += taken > 0 ? 1 : 0;
        deep += taken >= MIN_REQUESTS ? 1 : 0;
      }
      return busy;
    }

    /** All that came in the meantime: a batch of 8 each time, most of them of one guest. */
    void answer() {
      while (inFlight >= 8 && nowNs - nextAnswerNs >= 0) {
        nextAnswerNs += ANSWER_NS;
        inFlight -= 8;
        answers += 8;
        ready[0] += 6;
        ready[1] += 2;
      }
    }
  }

  @Test
  void guests_of_a_disk_that_is_slower_than_the_core_keep_it_full_and_get_their_turns_back() {
    SlowDisk disk = new SlowDisk();
    int shortest = MAX_REQUESTS;
    int longest = 0;
    for (int lap = 0; lap < 1_000_000; lap++) {
      long fromNs = disk.nowNs;
      int busy = disk.lap(budget.requests());
      budget.lap(disk.nowNs - fromNs, busy, disk.deep);
      disk.answer();
      if (lap > 1000 && busy > 0) {
        shortest = Math.min(shortest, budget.requests());
      }
      longest = Math.max(longest, lap > 1000 ? budget.requests() : 0);
    }
    assertThat(longest).as("turns after gaps").isEqualTo(MAX_REQUESTS);
    assertThat(shortest).as("turns of a lap that was long").isLessThan(MAX_REQUESTS);
    long atBest = 8 * (disk.nowNs / SlowDisk.ANSWER_NS);
    assertThat(disk.answers).as("of what the disk can do").isGreaterThan(atBest - 64);
  }
}

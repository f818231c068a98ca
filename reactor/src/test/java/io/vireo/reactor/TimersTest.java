package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final RecordingListener listener = new RecordingListener();
  private final SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, listener);
  private final Reactor reactor = stepped.reactor();
  private final List<Integer> fired = new ArrayList<>();

  private void lapAfter(long ns) {
    stepped.advance(ns);
    stepped.lap();
  }

  @Test
  void a_timer_fires_each_period_counted_from_its_start() {
    reactor.addTimer(100, () -> fired.add(1));
    lapAfter(99);
    assertThat(fired).isEmpty();
    lapAfter(11);
    assertThat(fired).hasSize(1);
    lapAfter(89);
    assertThat(fired).hasSize(1);
    lapAfter(1);
    assertThat(fired).hasSize(2);
  }

  @Test
  void one_that_was_cancelled_counts_anew_from_its_restart() {
    Timer timer = reactor.addTimer(100, () -> fired.add(1));
    lapAfter(60);
    timer.cancel();
    lapAfter(1000);
    assertThat(fired).isEmpty();
    timer.restart(reactor.nowNs());
    timer.restart(reactor.nowNs()); // once is enough
    lapAfter(99);
    assertThat(fired).isEmpty();
    lapAfter(1);
    assertThat(fired).hasSize(1);
    lapAfter(100);
    assertThat(fired).hasSize(2);
  }

  @Test
  void what_was_missed_is_not_made_up_for() {
    reactor.addTimer(100, () -> fired.add(1));
    lapAfter(1000);
    stepped.laps(3);
    assertThat(fired).hasSize(1);
    lapAfter(100);
    assertThat(fired).hasSize(2);
  }

  @Test
  void many_timers_keep_their_own_periods() {
    for (int i = 1; i <= 20; i++) {
      int period = i;
      reactor.addTimer(period, () -> fired.add(period));
    }
    for (int now = 1; now <= 60; now++) {
      lapAfter(1);
    }
    for (int period = 1; period <= 20; period++) {
      int each = period;
      assertThat(fired.stream().filter(p -> p == each)).hasSize(60 / period);
    }
  }

  @Test
  void a_timer_may_cancel_itself_and_others_while_firing() {
    List<Timer> timers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int index = i;
      timers.add(
          reactor.addTimer(
              10,
              () -> {
                fired.add(index);
                if (index == 2) {
                  timers.get(0).cancel();
                  timers.get(2).cancel();
                  timers.get(3).cancel();
                }
              }));
    }
    lapAfter(10);
    assertThat(fired).containsExactly(0, 1, 2, 4);
    fired.clear();
    lapAfter(10);
    assertThat(fired).containsExactly(1, 4);
    timers.get(1).cancel();
    timers.get(1).cancel();
    timers.get(4).cancel();
    fired.clear();
    lapAfter(10);
    assertThat(fired).isEmpty();
  }

  @Test
  void a_timer_added_while_firing_waits_its_period() {
    Timer[] first = new Timer[1];
    first[0] =
        reactor.addTimer(
            10,
            () -> {
              first[0].cancel();
              reactor.addTimer(5, () -> fired.add(5));
            });
    lapAfter(10);
    assertThat(fired).isEmpty();
    lapAfter(5);
    assertThat(fired).containsExactly(5);
  }

  @Test
  void the_earliest_counts_after_the_last_was_cancelled() {
    reactor.addTimer(10, () -> fired.add(10)).cancel();
    reactor.addTimer(100, () -> fired.add(100));
    lapAfter(99);
    assertThat(fired).isEmpty();
    lapAfter(1);
    assertThat(fired).containsExactly(100);
  }

  @Test
  void a_failing_timer_is_cancelled_and_the_others_fire() {
    reactor.addTimer(
        10,
        () -> {
          fired.add(0);
          throw new IllegalStateException("a bug");
        });
    reactor.addTimer(10, () -> fired.add(1));
    lapAfter(10);
    lapAfter(10);
    assertThat(fired).containsExactly(0, 1, 1);
  }

  @Test
  void a_memory_fault_in_a_timer_is_told_and_cancels_nothing() {
    reactor.addTimer(
        10,
        () -> {
          fired.add(0);
          throw new InternalError("lost memory");
        });
    lapAfter(10);
    lapAfter(10);
    assertThat(fired).containsExactly(0, 0);
    assertThat(listener.faults).isNotEmpty();
  }

  @Test
  void a_period_is_positive() {
    assertThatThrownBy(() -> reactor.addTimer(0, () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timer period 0 ns is not positive");
  }

  @Test
  void a_clock_that_wraps_does_not_disturb_them() {
    reactor.addTimer(Long.MAX_VALUE / 2, () -> fired.add(1));
    for (int i = 0; i < 8; i++) {
      lapAfter(Long.MAX_VALUE / 4);
    }
    assertThat(fired).hasSize(3);
  }
}

package io.vireo.reactor;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatsTest {
  @Test
  void laps_with_work_are_busy_and_the_others_idle() {
    try (SteppedReactor stepped = new SteppedReactor()) {
      RecordingPoller poller = new RecordingPoller();
      stepped.reactor().add(poller);
      poller.work = 1;
      poller.inPoll = () -> stepped.advance(30);
      stepped.lap();
      poller.inPoll = () -> stepped.advance(7);
      stepped.lap();
      stepped.lap();
      stepped.reactor().post(() -> stepped.advance(100));
      stepped.lap();
      poller.inPoll = () -> {};
      stepped.lap();
      ReactorStats stats = stepped.reactor().stats();
      assertThat(stats.laps()).isEqualTo(5);
      assertThat(stats.busyNs()).isEqualTo(30 + 107);
      assertThat(stats.idleNs()).isEqualTo(7 + 7);
      assertThat(stats.longestLapNs()).isEqualTo(107);
    }
  }

  @Test
  void a_lap_in_which_only_a_timer_fired_is_busy() {
    try (SteppedReactor stepped = new SteppedReactor()) {
      stepped.reactor().addTimer(10, () -> stepped.advance(5));
      stepped.lap();
      stepped.advance(10);
      stepped.lap();
      stepped.lap();
      assertThat(stepped.reactor().stats().busyNs()).isEqualTo(5);
      assertThat(stepped.reactor().stats().idleNs()).isEqualTo(10);
    }
  }

  @Test
  void time_asleep_is_idle_and_no_long_lap() {
    try (SteppedReactor stepped =
        new SteppedReactor(ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0))) {
      RecordingPoller poller = new RecordingPoller();
      stepped.reactor().add(poller);
      poller.inArm = () -> stepped.advance(20);
      stepped.whileAsleep(() -> stepped.advance(1_000_000));
      stepped.lap();
      ReactorStats stats = stepped.reactor().stats();
      assertThat(stats.sleeps()).isEqualTo(1);
      assertThat(stats.idleNs()).isEqualTo(1_000_020);
      assertThat(stats.longestLapNs()).isEqualTo(20);
      assertThat(stats.laps()).isEqualTo(1);
    }
  }

  @Test
  void the_longest_lap_can_be_looked_for_anew() {
    try (SteppedReactor stepped = new SteppedReactor()) {
      stepped.lap();
      stepped.advance(MICROSECONDS.toNanos(101));
      stepped.lap();
      stepped.advance(MICROSECONDS.toNanos(150));
      stepped.lap();
      stepped.advance(MICROSECONDS.toNanos(120));
      stepped.lap();
      stepped.advance(MICROSECONDS.toNanos(100));
      stepped.lap();
      assertThat(stepped.reactor().stats().longestLapNs()).isEqualTo(150_000);
      assertThat(stepped.reactor().stats().longLaps()).isEqualTo(3);

      stepped.reactor().resetLongestLap();
      assertThat(stepped.reactor().stats().longestLapNs()).isZero();
      assertThat(stepped.reactor().stats().longLaps()).isZero();
      stepped.advance(7);
      stepped.lap();
      stepped.advance(5);
      stepped.lap();
      assertThat(stepped.reactor().stats().longestLapNs()).isEqualTo(7);
      assertThat(stepped.reactor().stats().longLaps()).isZero();
    }
  }
}

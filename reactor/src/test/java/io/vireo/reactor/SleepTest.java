package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The sleep protocol, stepped by hand. */
class SleepTest {
  private static final long SPIN_NS = 1000;

  private final RecordingListener listener = new RecordingListener();
  private final SteppedReactor stepped =
      new SteppedReactor(ReactorOptions.ADAPTIVE.spinBeforeSleepNs(SPIN_NS), listener);
  private final Reactor reactor = stepped.reactor();
  private final RecordingPoller queue = new RecordingPoller();
  private final RecordingPoller channel = new RecordingPoller();

  SleepTest() {
    reactor.add(queue);
    reactor.addChannel(channel);
  }

  private void lapLater(long ns) {
    stepped.advance(ns);
    stepped.lap();
  }

  @Test
  void it_sleeps_after_the_time_to_spin_armed_and_without_a_limit() {
    lapLater(SPIN_NS - 1);
    assertThat(queue.calls).isEmpty();
    lapLater(1);
    assertThat(queue.calls).containsExactly("arm", "ready", "disarm");
    assertThat(channel.calls).containsExactly("arm", "ready", "disarm");
    assertThat(stepped.sleepsNs()).containsExactly(Long.MAX_VALUE);
    assertThat(reactor.stats().sleeps()).isEqualTo(1);
  }

  @Test
  void pollers_are_armed_while_it_sleeps() {
    stepped.whileAsleep(
        () -> {
          assertThat(queue.calls).containsExactly("arm", "ready");
          assertThat(channel.calls).containsExactly("arm", "ready");
        });
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).hasSize(1);
  }

  @Test
  void work_starts_the_time_to_spin_anew() {
    lapLater(SPIN_NS - 1);
    queue.work = 1;
    lapLater(1);
    lapLater(SPIN_NS - 1);
    assertThat(stepped.sleepsNs()).isEmpty();
    lapLater(1);
    assertThat(stepped.sleepsNs()).hasSize(1);
  }

  @Test
  void poll_mode_never_sleeps() {
    try (SteppedReactor polling = new SteppedReactor()) {
      polling.reactor().add(queue);
      for (int i = 0; i < 100; i++) {
        polling.advance(1_000_000_000);
        polling.lap();
      }
      assertThat(polling.sleepsNs()).isEmpty();
      assertThat(queue.calls).isEmpty();
    }
  }

  @Test
  void work_that_came_to_a_queue_while_arming_prevents_the_sleep() {
    queue.inArm = () -> queue.work = 1;
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).isEmpty();
    assertThat(queue.calls).containsExactly("arm", "ready", "disarm");
    assertThat(stepped.lap()).isEqualTo(1);
  }

  @Test
  void a_completion_that_came_to_a_channel_while_arming_prevents_the_sleep() {
    queue.inArm = () -> channel.work = 1;
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).isEmpty();
    assertThat(stepped.lap()).isEqualTo(1);
  }

  @Test
  void a_message_that_came_while_arming_prevents_the_sleep() {
    boolean[] ran = new boolean[1];
    queue.inArm = () -> reactor.post(() -> ran[0] = true);
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).isEmpty();
    stepped.lap();
    assertThat(ran[0]).isTrue();
  }

  @Test
  void a_message_that_comes_after_the_last_look_wakes_it() {
    queue.inReady = () -> reactor.post(() -> {});
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).hasSize(1);
    assertThat(stepped.wakeUps()).isEqualTo(1);
    assertThat(stepped.lap()).isEqualTo(1);
  }

  @Test
  void only_the_first_of_many_messages_to_a_sleeper_costs_a_signal() {
    stepped.whileAsleep(
        () -> {
          for (int i = 0; i < 10; i++) {
            reactor.post(() -> {});
          }
        });
    lapLater(SPIN_NS);
    assertThat(stepped.wakeUps()).isEqualTo(1);
    assertThat(stepped.lap()).isEqualTo(10);
  }

  @Test
  void a_message_to_one_that_is_awake_costs_no_signal() {
    reactor.post(() -> {});
    stepped.lap();
    assertThat(stepped.wakeUps()).isZero();
  }

  @Test
  void a_poller_that_is_always_ready_is_armed_once_per_time_to_spin() {
    queue.ready = true;
    lapLater(SPIN_NS);
    for (int i = 0; i < 100; i++) {
      lapLater(SPIN_NS / 200);
    }
    assertThat(queue.calls).containsExactly("arm", "ready", "disarm");
    assertThat(stepped.sleepsNs()).isEmpty();
  }

  @Test
  void short_sleeps_lengthen_the_time_to_spin_up_to_five_times() {
    long[] spinNs = {SPIN_NS, 2 * SPIN_NS, 4 * SPIN_NS, 5 * SPIN_NS, 5 * SPIN_NS};
    for (int i = 0; i < spinNs.length; i++) {
      lapLater(spinNs[i] - 1);
      assertThat(stepped.sleepsNs()).hasSize(i);
      lapLater(1);
      assertThat(stepped.sleepsNs()).hasSize(i + 1);
      work();
    }
  }

  @Test
  void a_sleep_that_polling_on_would_not_have_saved_sets_the_time_to_spin_back() {
    for (int i = 0; i < 4; i++) {
      lapLater(5 * SPIN_NS);
      work();
    }
    stepped.whileAsleep(() -> stepped.advance(SPIN_NS));
    lapLater(5 * SPIN_NS);
    work();
    lapLater(SPIN_NS - 1);
    assertThat(stepped.sleepsNs()).hasSize(5);
    lapLater(1);
    assertThat(stepped.sleepsNs()).hasSize(6);
  }

  private void work() {
    queue.work = 1;
    stepped.lap();
  }

  @Test
  void a_timer_limits_the_sleep() {
    reactor.addTimer(5 * SPIN_NS, () -> {});
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).containsExactly(4 * SPIN_NS);
  }

  @Test
  void an_overdue_timer_prevents_the_sleep() {
    int[] fired = new int[1];
    reactor.addTimer(SPIN_NS + 1, () -> fired[0]++);
    queue.inArm = () -> stepped.advance(1);
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).isEmpty();
    stepped.lap();
    assertThat(fired[0]).isEqualTo(1);
  }

  @Test
  void a_timer_does_not_keep_it_awake() {
    reactor.addTimer(10 * SPIN_NS, () -> {});
    lapLater(10 * SPIN_NS);
    stepped.lap();
    assertThat(stepped.sleepsNs()).containsExactly(10 * SPIN_NS);
  }

  @Test
  void a_failing_poller_is_removed_and_the_others_are_armed_and_disarmed_in_pairs() {
    RecordingPoller bad = new RecordingPoller();
    RecordingPoller last = new RecordingPoller();
    reactor.add(bad);
    reactor.add(last);
    bad.inArm =
        () -> {
          throw new IllegalStateException("a bug");
        };
    lapLater(SPIN_NS);
    assertThat(listener.failed).containsExactly(bad);
    assertThat(last.calls).containsExactly("arm", "ready", "disarm");
    assertThat(stepped.sleepsNs()).hasSize(1);
  }

  @Test
  void a_memory_fault_in_the_last_look_is_told_before_it_sleeps() {
    queue.inReady =
        () -> {
          queue.inReady = () -> {};
          throw new InternalError("lost memory");
        };
    lapLater(SPIN_NS);
    assertThat(stepped.sleepsNs()).isEmpty();
    stepped.lap();
    assertThat(listener.faults).hasSize(1);
    assertThat(listener.failed).isEmpty();
  }

  @Test
  void a_sleeper_woken_by_the_descriptor_of_a_parked_one_polls_that_one() {
    try (SteppedReactor parking =
        new SteppedReactor(
            ReactorOptions.ADAPTIVE.spinBeforeSleepNs(SPIN_NS).parking(0, 0, 0), listener)) {
      RecordingPoller parked = new RecordingPoller();
      parking.reactor().add(parked);
      parking.reactor().watch(3, parked);
      parking.advance(1);
      parking.lap();
      assertThat(parking.reactor().stats().parkedPollers()).isEqualTo(1);
      parking.whileAsleep(
          () -> {
            parked.work = 1;
            parking.fire(3);
          });
      parked.calls.clear();
      parking.advance(SPIN_NS);
      parking.lap();
      assertThat(parking.sleepsNs()).hasSize(1);
      assertThat(parked.calls).containsOnlyOnce("disarm");
      assertThat(parking.lap()).isEqualTo(1);
    }
  }
}

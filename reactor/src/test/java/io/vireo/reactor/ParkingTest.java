package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ParkingTest {
  private static final int FD = 7;
  private static final long AFTER_NS = 1000;
  private static final long LOOK_NS = 100;

  private final RecordingListener listener = new RecordingListener();
  private final SteppedReactor stepped = stepped(0);
  private final Reactor reactor = stepped.reactor();
  private final RecordingPoller poller = new RecordingPoller();

  private SteppedReactor stepped(int keepPolled) {
    return new SteppedReactor(ReactorOptions.POLL.parking(AFTER_NS, LOOK_NS, keepPolled), listener);
  }

  private int nextFd = 100;

  /** Adds a poller with a descriptor of its own. */
  private void add(SteppedReactor to, RecordingPoller each) {
    to.reactor().add(each);
    to.reactor().watch(nextFd++, each);
  }

  private void park() {
    reactor.add(poller);
    reactor.watch(FD, poller);
    stepped.advance(AFTER_NS + 1);
    stepped.laps(5);
    assertThat(poller.calls).startsWith("arm", "ready").doesNotContain("disarm");
    look();
    poller.polls = 0;
    poller.calls.clear();
  }

  private void look() {
    stepped.advance(LOOK_NS);
    stepped.lap();
  }

  @Test
  void an_idle_poller_is_parked_after_the_time_and_no_longer_polled() {
    add(stepped, poller);
    stepped.advance(AFTER_NS);
    stepped.lap();
    assertThat(poller.calls).isEmpty();
    stepped.advance(1);
    stepped.lap();
    assertThat(poller.calls).startsWith("arm", "ready").doesNotContain("disarm");
    poller.polls = 0;
    for (int i = 0; i < 1000; i++) {
      look();
    }
    assertThat(poller.polls).isZero();
    assertThat(poller.calls).doesNotContain("disarm");
  }

  @Test
  void work_keeps_a_poller_polled() {
    add(stepped, poller);
    for (int i = 0; i < 10; i++) {
      stepped.advance(AFTER_NS);
      poller.work = 1;
      stepped.lap();
    }
    assertThat(poller.calls).isEmpty();
  }

  @Test
  void work_that_comes_while_arming_is_not_slept_through() {
    add(stepped, poller);
    poller.inArm = () -> poller.work = 1;
    stepped.advance(AFTER_NS + 1);
    stepped.lap();
    assertThat(poller.calls).containsExactly("arm", "ready", "disarm");
    assertThat(reactor.stats().parkedPollers()).isZero();
    assertThat(stepped.lap()).isEqualTo(1);
  }

  @Test
  void the_descriptor_brings_it_back_at_the_next_look() {
    park();
    poller.work = 3;
    stepped.fire(FD);
    stepped.advance(LOOK_NS - 1);
    assertThat(stepped.lap()).isZero();
    stepped.advance(1);
    stepped.lap();
    assertThat(poller.calls).containsExactly("disarm");
    assertThat(reactor.stats().parkedPollers()).isZero();
    assertThat(stepped.lap()).isEqualTo(3);
  }

  @Test
  void one_that_came_back_is_parked_again_only_after_the_time() {
    park();
    stepped.fire(FD);
    look();
    poller.calls.clear();
    stepped.advance(AFTER_NS);
    stepped.lap();
    assertThat(poller.calls).isEmpty();
    stepped.advance(1);
    stepped.lap();
    assertThat(poller.calls).startsWith("arm");
  }

  @Test
  void a_driver_that_forgets_to_kick_is_found_in_turn() {
    List<RecordingPoller> others = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      RecordingPoller other = new RecordingPoller();
      others.add(other);
      add(stepped, other);
    }
    stepped.advance(AFTER_NS + 1);
    stepped.laps(50);
    assertThat(reactor.stats().parkedPollers()).isEqualTo(50);
    others.get(17).work = 1;
    for (int i = 0; i < 50; i++) {
      look();
    }
    assertThat(others.get(17).calls).contains("disarm");
    assertThat(others.get(17).work).isZero();
  }

  @Test
  void a_message_that_gives_work_brings_it_back_in_the_same_lap() {
    park();
    reactor.post(() -> poller.work = 1);
    stepped.lap();
    assertThat(poller.calls).containsExactly("ready", "disarm");
    stepped.lap();
    assertThat(poller.polls).isEqualTo(1);
  }

  @Test
  void a_message_after_which_it_must_be_polled_brings_it_back() {
    park();
    reactor.post(() -> poller.parkable = false);
    stepped.lap();
    stepped.lap();
    assertThat(poller.polls).isEqualTo(1);
    stepped.advance(10 * AFTER_NS);
    stepped.lap();
    assertThat(reactor.stats().parkedPollers()).isZero();
  }

  @Test
  void a_removed_one_is_not_called_again() {
    park();
    reactor.remove(poller);
    stepped.fire(FD);
    reactor.post(() -> poller.work = 1);
    look();
    assertThat(poller.calls).isEmpty();
    assertThat(poller.polls).isZero();
    assertThat(reactor.stats().parkedPollers()).isZero();
  }

  @Test
  void an_event_of_one_that_is_polled_changes_nothing() {
    RecordingPoller busy = new RecordingPoller();
    busy.parkable = false;
    reactor.add(busy);
    reactor.watch(FD + 1, busy);
    park();
    stepped.fire(FD + 1);
    look();
    assertThat(busy.calls).isEmpty();
    assertThat(reactor.stats().parkedPollers()).isEqualTo(1);
  }

  @Test
  void one_that_loses_its_descriptor_is_polled_again_and_no_more_parked() {
    park();
    stepped.fire(FD);
    reactor.unwatch(FD);
    assertThat(poller.calls).containsExactly("disarm");
    stepped.advance(AFTER_NS + 1);
    stepped.laps(3);
    assertThat(poller.polls).isEqualTo(3);
    assertThat(poller.calls).containsExactly("disarm");
    assertThat(stepped.watched()).isEmpty();
  }

  @Test
  void one_of_two_descriptors_suffices() {
    reactor.watch(FD + 1, poller);
    park();
    reactor.unwatch(FD + 1);
    stepped.lap();
    poller.calls.clear();
    stepped.advance(AFTER_NS + 1);
    stepped.lap();
    assertThat(poller.calls).startsWith("arm", "ready");
  }

  @Test
  void one_without_a_descriptor_is_not_parked_for_nothing_would_tell_of_its_work() {
    reactor.add(poller);
    stepped.advance(AFTER_NS + 1);
    stepped.laps(10);
    assertThat(poller.calls).isEmpty();
    assertThat(poller.polls).isEqualTo(10);
  }

  @Test
  void a_descriptor_is_watched_once_and_unwatched_once() {
    reactor.watch(FD, poller);
    assertThatThrownBy(() -> reactor.watch(FD, poller))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("descriptor 7 is watched already");
    reactor.unwatch(FD);
    assertThatThrownBy(() -> reactor.unwatch(FD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("descriptor 7 is not watched");
  }

  @Test
  void a_few_are_left_polled_for_parking_them_gains_nothing() {
    try (SteppedReactor keeping = stepped(8)) {
      for (int i = 0; i < 10; i++) {
        add(keeping, new RecordingPoller());
      }
      keeping.advance(AFTER_NS + 1);
      keeping.laps(100);
      assertThat(keeping.reactor().stats().parkedPollers()).isEqualTo(2);
    }
  }

  @Test
  void channels_are_never_parked() {
    reactor.addChannel(poller);
    stepped.advance(AFTER_NS + 1);
    stepped.laps(10);
    assertThat(poller.calls).isEmpty();
    assertThat(poller.polls).isEqualTo(10);
  }

  @Test
  void hundreds_of_idle_ones_cost_a_busy_one_no_polls() {
    List<RecordingPoller> idle = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      RecordingPoller other = new RecordingPoller();
      idle.add(other);
      add(stepped, other);
    }
    add(stepped, poller);
    poller.inPoll = () -> poller.work = 1;
    stepped.advance(AFTER_NS + 1);
    stepped.laps(301);
    assertThat(reactor.stats().parkedPollers()).isEqualTo(300);
    idle.forEach(p -> p.polls = 0);
    poller.polls = 0;
    stepped.laps(1000);
    assertThat(idle).allSatisfy(p -> assertThat(p.polls).isZero());
    assertThat(poller.polls).isEqualTo(1000);
  }

  @Test
  void one_that_fails_while_it_is_parked_or_brought_back_is_removed() {
    List<RecordingPoller> bad = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      bad.add(new RecordingPoller());
      reactor.add(bad.get(i));
      reactor.watch(FD + 1 + i, bad.get(i));
    }
    RuntimeException bug = new RuntimeException("a bug");
    Runnable fail =
        () -> {
          throw bug;
        };
    bad.get(0).inArm = fail;
    bad.get(1).inDisarm = fail;
    park();
    stepped.laps(4);
    assertThat(reactor.stats().parkedPollers()).isEqualTo(3);
    stepped.fire(FD + 2);
    look();
    bad.get(2).inReady = fail;
    reactor.post(() -> {});
    stepped.lap();
    assertThat(listener.failed).containsExactlyInAnyOrderElementsOf(bad);
    assertThat(bad).allSatisfy(p -> assertThat(p.failure).isSameAs(bug));
    assertThat(reactor.stats().parkedPollers()).isEqualTo(1);
    poller.work = 1;
    reactor.post(() -> {});
    stepped.laps(2);
    assertThat(poller.polls).isEqualTo(1);
  }

  /** Any mix of events, messages, removals and laps: who has work is served, nobody twice. */
  @Property
  void work_is_always_found(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 9) Integer> steps,
      @ForAll @IntRange(max = 3) int keepPolled) {
    try (SteppedReactor any = stepped(keepPolled)) {
      List<RecordingPoller> pollers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        RecordingPoller each = new RecordingPoller();
        pollers.add(each);
        any.reactor().add(each);
        any.reactor().watch(i, each);
      }
      int given = 0;
      int served = 0;
      for (int step : steps) {
        any.advance(step % 2 == 0 ? AFTER_NS + 1 : LOOK_NS);
        served += any.lap();
        pollers.get(step).work++;
        given++;
        any.fire(step);
      }
      any.advance(LOOK_NS);
      served += any.lap();
      served += any.lap();
      assertThat(served).isEqualTo(given);
    }
  }
}

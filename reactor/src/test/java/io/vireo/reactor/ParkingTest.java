package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ParkingTest extends ParkingFixture {
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

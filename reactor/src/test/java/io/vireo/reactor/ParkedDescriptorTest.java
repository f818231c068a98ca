package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What brings parked pollers back, and the descriptors watched for them. */
class ParkedDescriptorTest extends ParkingFixture {
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
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PollerListTest {
  private final SteppedReactor stepped = new SteppedReactor();
  private final Reactor reactor = stepped.reactor();

  private List<RecordingPoller> attached(int count) {
    List<RecordingPoller> pollers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RecordingPoller poller = new RecordingPoller();
      poller.parkable = false;
      pollers.add(poller);
      reactor.add(poller);
    }
    return pollers;
  }

  /** Poller {@code at} removes some and adds some while the lap is at it. */
  @Property
  void whatever_is_removed_and_added_in_a_poll_the_rest_is_polled_once(
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @IntRange(max = 19) int at,
      @ForAll @Size(max = 20) List<@IntRange(max = 19) Integer> removals,
      @ForAll @IntRange(max = 20) int additions) {
    List<RecordingPoller> pollers = attached(count);
    RecordingPoller acting = pollers.get(at % count);
    List<RecordingPoller> removed = new ArrayList<>();
    List<RecordingPoller> added = new ArrayList<>();
    List<RecordingPoller> polledBefore = new ArrayList<>();
    acting.inPoll =
        () -> {
          acting.inPoll = () -> {};
          pollers.stream().filter(p -> p.polls > 0).forEach(polledBefore::add);
          for (int index : removals) {
            RecordingPoller poller = pollers.get(index % count);
            reactor.remove(poller);
            removed.add(poller);
          }
          added.addAll(attached(additions));
        };

    stepped.lap();
    for (RecordingPoller poller : pollers) {
      boolean expected = polledBefore.contains(poller) || !removed.contains(poller);
      assertThat(poller.polls).isEqualTo(expected ? 1 : 0);
    }
    assertThat(added).allSatisfy(p -> assertThat(p.polls).isLessThanOrEqualTo(1));

    int newcomersPolled = added.stream().mapToInt(p -> p.polls).sum();
    stepped.lap();
    assertThat(pollers)
        .allSatisfy(
            p -> {
              int before = polledBefore.contains(p) || !removed.contains(p) ? 1 : 0;
              assertThat(p.polls).isEqualTo(before + (removed.contains(p) ? 0 : 1));
            });
    assertThat(added.stream().mapToInt(p -> p.polls).sum()).isEqualTo(newcomersPolled + additions);
  }

  @Test
  void a_poller_that_removes_itself_may_still_report_work() {
    List<RecordingPoller> pollers = attached(3);
    for (RecordingPoller poller : pollers) {
      poller.work = 1;
      poller.inPoll = () -> reactor.remove(poller);
    }
    assertThat(stepped.lap()).isEqualTo(3);
    assertThat(stepped.lap()).isZero();
    assertThat(pollers).allSatisfy(p -> assertThat(p.polls).isEqualTo(1));
  }

  @Test
  void a_message_may_add_and_remove() {
    List<RecordingPoller> pollers = attached(2);
    RecordingPoller late = new RecordingPoller();
    reactor.post(() -> reactor.remove(pollers.get(0)));
    reactor.post(() -> reactor.add(late));
    stepped.lap();
    assertThat(pollers.get(0).polls).isZero();
    assertThat(pollers.get(1).polls).isEqualTo(1);
    assertThat(late.polls).isEqualTo(1);
  }

  @Test
  void a_poller_is_not_added_twice_and_removing_a_stranger_does_nothing() {
    RecordingPoller poller = new RecordingPoller();
    reactor.add(poller);
    assertThatThrownBy(() -> reactor.add(poller))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("is polled already");
    reactor.remove(new RecordingPoller());
    assertThat(stepped.lap()).isZero();
    assertThat(poller.polls).isEqualTo(1);
  }

  @Test
  void equal_pollers_are_different_pollers() {
    record Twin(AtomicInteger polls) implements Poller {
      @Override
      public int poll() {
        polls.incrementAndGet();
        return 0;
      }
    }

    AtomicInteger polls = new AtomicInteger();
    Twin first = new Twin(polls);
    reactor.add(first);
    reactor.add(new Twin(polls));
    stepped.lap();
    assertThat(polls).hasValue(2);
    reactor.remove(first);
    stepped.lap();
    assertThat(polls).hasValue(3);
  }

  @Test
  void a_lap_is_messages_then_channels_then_queues_then_timers() {
    StringBuilder order = new StringBuilder();
    reactor.addTimer(
        1,
        () -> {
          order.append("timer");
        });
    reactor.add(() -> order.append("queue ").length());
    reactor.addChannel(() -> order.append("channel ").length());
    reactor.post(() -> order.append("message "));
    stepped.advance(1);
    stepped.lap();
    assertThat(order).hasToString("message channel queue timer");
  }

  @Test
  void a_channel_is_removed_like_a_queue() {
    RecordingPoller channel = new RecordingPoller();
    reactor.addChannel(channel);
    stepped.lap();
    reactor.remove(channel);
    stepped.lap();
    assertThat(channel.polls).isEqualTo(1);
  }
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a reactor tells of what it polls. */
class PollReportTest extends ParkingFixture {
  private static final String NAME = "RecordingPoller";

  @Test
  void runs_are_counted_and_those_that_found_work() {
    reactor.add(poller);
    stepped.laps(3);
    poller.work = 1;
    stepped.laps(2);
    assertThat(reactor.polled().pollers())
        .containsExactly(new PollerStats(NAME, false, poller.polls, 1));
    assertThat(poller.polls).isEqualTo(5);
  }

  @Test
  void the_time_in_which_a_poller_is_parked_does_not_count() {
    add(stepped, poller);
    stepped.advance(AFTER_NS + 1);
    stepped.laps(5);
    PollerStats parked = reactor.polled().pollers().getFirst();
    assertThat(parked).isEqualTo(new PollerStats(NAME, true, poller.polls, 0));
    stepped.laps(5);
    assertThat(reactor.polled().pollers()).containsExactly(parked);
    poller.ready = true;
    stepped.advance(LOOK_NS + 1);
    stepped.laps(5);
    assertThat(reactor.polled().pollers())
        .containsExactly(new PollerStats(NAME, false, poller.polls, 0));
  }

  @Test
  void one_that_takes_the_place_of_another_begins_anew() {
    RecordingPoller first = new RecordingPoller();
    RecordingPoller second = new RecordingPoller();
    reactor.add(first);
    reactor.add(second);
    second.work = 1;
    stepped.laps(4);
    reactor.remove(first);
    reactor.add(poller);
    stepped.lap();
    assertThat(reactor.polled().pollers())
        .containsExactlyInAnyOrder(
            new PollerStats(NAME, false, 5, 1), new PollerStats(NAME, false, 1, 0));
    reactor.remove(second);
    reactor.remove(poller);
    assertThat(reactor.polled().pollers()).isEmpty();
  }

  @Test
  void one_that_removes_itself_while_it_works_is_forgotten() {
    reactor.add(poller);
    poller.work = 1;
    poller.inPoll = () -> reactor.remove(poller);
    stepped.lap();
    assertThat(reactor.polled().pollers()).isEmpty();
  }

  @Test
  void timers_count_their_runs() {
    reactor.addTimer(10, () -> {});
    stepped.advance(10);
    stepped.lap();
    stepped.advance(10);
    stepped.lap();
    assertThat(reactor.polled().timers()).containsExactly(new TimerStats(10, 2));
  }
}

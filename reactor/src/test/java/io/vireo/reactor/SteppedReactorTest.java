package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The fixture itself: what other modules' tests rely on. */
class SteppedReactorTest {
  private final SteppedReactor stepped = new SteppedReactor();

  @Test
  void a_poller_that_fails_fails_the_lap() {
    IllegalStateException bug = new IllegalStateException("a bug");
    stepped
        .reactor()
        .add(
            () -> {
              throw bug;
            });
    assertThatThrownBy(stepped::lap).isInstanceOf(AssertionError.class).hasCause(bug);
  }

  @Test
  void laps_until_idle_sum_up_the_work_and_end() {
    RecordingPoller poller = new RecordingPoller();
    stepped.reactor().add(poller);
    poller.inPoll = () -> poller.work = Math.max(0, 5 - poller.polls);
    assertThat(stepped.lapsUntilIdle()).isEqualTo(4 + 3 + 2 + 1);
    poller.inPoll = () -> poller.work = 1;
    assertThatThrownBy(stepped::lapsUntilIdle).hasMessage("still busy after 1000000 laps");
  }

  @Test
  void the_clock_moves_only_when_told() {
    stepped.lap();
    long before = stepped.reactor().nowNs();
    stepped.laps(10);
    assertThat(stepped.reactor().nowNs()).isEqualTo(before);
    stepped.advance(5);
    stepped.lap();
    assertThat(stepped.reactor().nowNs()).isEqualTo(before + 5);
  }

  @Test
  void only_a_watched_descriptor_can_fire() {
    assertThatThrownBy(() -> stepped.fire(9)).hasMessage("descriptor 9 is not watched");
  }

  @Test
  void closing_runs_what_was_posted() {
    boolean[] ran = new boolean[1];
    stepped.reactor().post(() -> ran[0] = true);
    stepped.close();
    assertThat(ran[0]).isTrue();
  }
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class FaultsTest {
  private final RecordingListener listener = new RecordingListener();
  private final SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, listener);
  private final Reactor reactor = stepped.reactor();
  private final RecordingPoller healthy = new RecordingPoller();
  private final RecordingPoller bad = new RecordingPoller();

  private static void sneak(Throwable t) {
    FaultsTest.<RuntimeException>sneakAs(t);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void sneakAs(Throwable t) throws E {
    throw (E) t;
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        NullPointerException.class,
        AssertionError.class,
        StackOverflowError.class,
        OutOfMemoryError.class,
        Exception.class
      })
  void a_failing_poller_is_removed_and_told_and_the_others_go_on(Class<? extends Throwable> type)
      throws ReflectiveOperationException {
    Throwable bug = type.getConstructor().newInstance();
    bad.inPoll = () -> sneak(bug);
    reactor.add(bad);
    reactor.add(healthy);
    stepped.laps(2);
    assertThat(bad.polls).isEqualTo(1);
    assertThat(bad.failure).isSameAs(bug);
    assertThat(listener.failed).containsExactly(bad);
    assertThat(healthy.polls).isEqualTo(2);
  }

  @Test
  void endless_recursion_costs_only_the_poller_that_recurses() {
    Runnable[] recursion = new Runnable[1];
    recursion[0] = () -> recursion[0].run();
    bad.inPoll = recursion[0];
    reactor.add(bad);
    reactor.add(healthy);
    stepped.laps(2);
    assertThat(bad.failure).isInstanceOf(StackOverflowError.class);
    assertThat(healthy.polls).isEqualTo(2);
  }

  @Test
  void a_failing_channel_is_removed_too() {
    bad.inPoll = () -> sneak(new IllegalStateException("a bug"));
    reactor.addChannel(bad);
    stepped.laps(2);
    assertThat(bad.polls).isEqualTo(1);
    assertThat(listener.failed).containsExactly(bad);
  }

  @Test
  void one_that_removed_itself_before_it_failed_is_told_all_the_same() {
    bad.inPoll =
        () -> {
          reactor.remove(bad);
          throw new IllegalStateException("a bug");
        };
    reactor.add(bad);
    reactor.add(healthy);
    stepped.lap();
    assertThat(listener.failed).containsExactly(bad);
    assertThat(healthy.polls).isEqualTo(1);
  }

  @Test
  void a_memory_fault_removes_nobody() {
    bad.inPoll = () -> sneak(new InternalError("lost memory"));
    reactor.add(bad);
    reactor.add(healthy);
    stepped.laps(3);
    assertThat(bad.polls).isEqualTo(3);
    assertThat(bad.failure).isNull();
    assertThat(healthy.polls).isEqualTo(3);
    assertThat(listener.failed).isEmpty();
    assertThat(reactor.stats().memoryFaults()).isEqualTo(3);
  }

  @Test
  void a_flood_of_memory_faults_is_told_every_10_ms_and_the_last_one_is_not_dropped() {
    bad.inPoll = () -> sneak(new InternalError("lost memory"));
    reactor.add(bad);
    for (int i = 0; i < 1000; i++) {
      stepped.lap();
      stepped.advance(TimeUnit.MICROSECONDS.toNanos(20));
    }
    assertThat(listener.faults).hasSize(2);

    stepped.lap();
    assertThat(listener.faults).hasSize(3);
    InternalError last = new InternalError("the last");
    bad.inPoll =
        () -> {
          bad.inPoll = () -> {};
          throw last;
        };
    stepped.lap();
    stepped.lap();
    assertThat(listener.faults).hasSize(3);
    stepped.advance(TimeUnit.MILLISECONDS.toNanos(10));
    stepped.laps(2);
    assertThat(listener.faults).hasSize(4).endsWith(last);
  }

  @Test
  void failures_that_repeat_are_logged_once_a_second_and_the_rest_counted() {
    Logger logger = (Logger) LoggerFactory.getLogger(Reactor.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      for (int i = 0; i < 30; i++) {
        reactor.post(() -> sneak(new IllegalStateException("a bug")));
        stepped.lap();
        stepped.advance(TimeUnit.MILLISECONDS.toNanos(100));
      }
    } finally {
      logger.detachAppender(lines);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "stepped: a message failed (0 other failures were not logged)",
            "stepped: a message failed (9 other failures were not logged)",
            "stepped: a message failed (9 other failures were not logged)");
    assertThat(lines.list)
        .extracting(event -> event.getThrowableProxy().getMessage())
        .containsOnly("a bug");
  }

  @Test
  void a_message_that_throws_stops_neither_the_next_nor_the_reactor() {
    int[] ran = new int[1];
    for (int i = 0; i < 10; i++) {
      reactor.post(
          () -> {
            ran[0]++;
            throw new IllegalStateException("a bug");
          });
    }
    assertThat(stepped.lap()).isEqualTo(10);
    assertThat(ran[0]).isEqualTo(10);
    assertThat(listener.failed).isEmpty();
  }

  @Test
  void a_memory_fault_in_a_message_is_told() {
    reactor.post(() -> sneak(new InternalError("lost memory")));
    stepped.lap();
    assertThat(listener.faults).hasSize(1);
  }

  @Test
  void a_listener_or_poller_that_fails_when_told_does_no_harm() {
    ReactorListener failing =
        new ReactorListener() {
          @Override
          public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
            throw new IllegalStateException("the listener's bug");
          }

          @Override
          public void memoryFault(Reactor reactor, InternalError error) {
            throw new IllegalStateException("the listener's bug");
          }
        };
    try (SteppedReactor other = new SteppedReactor(ReactorOptions.POLL, failing)) {
      other
          .reactor()
          .add(
              new Poller() {
                @Override
                public int poll() {
                  throw new IllegalStateException("a bug");
                }

                @Override
                public void failed(Throwable cause) {
                  throw new IllegalStateException("another bug");
                }
              });
      other.reactor().add(healthy);
      other.reactor().post(() -> sneak(new InternalError("lost memory")));
      other.laps(2);
      assertThat(healthy.polls).isEqualTo(2);
    }
  }

  /** The error surfaces late: here between the end of a wait and the dispatch of its events. */
  @Test
  void a_memory_fault_in_the_loop_itself_leaves_nobody_parked() {
    try (SteppedReactor other =
        new SteppedReactor(
            ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0).parking(0, 1000, 0), listener)) {
      RecordingPoller parked = new RecordingPoller();
      other.reactor().add(parked);
      other.reactor().watch(3, parked);
      other.whileAsleep(() -> sneak(new InternalError("lost memory")));
      other.lap();
      assertThat(other.sleepsNs()).hasSize(1);
      parked.work = 1;
      other.whileAsleep(() -> {});
      assertThat(other.lap()).isEqualTo(1);
      assertThat(listener.faults).hasSize(1);
    }
  }
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.vireo.linux.Cpu;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reactors with real threads. */
@Timeout(value = 60, threadMode = SEPARATE_THREAD)
class ReactorTest {
  private static final int CPU = Cpu.allowed().length() - 1;
  private final RecordingListener listener = new RecordingListener();

  private Reactor start(ReactorOptions options) {
    return Reactor.start("reactor-test", CPU, options, listener);
  }

  private Reactor start() {
    return start(ReactorOptions.ADAPTIVE);
  }

  @Test
  void a_call_answers_throws_and_nests() {
    try (Reactor reactor = start()) {
      assertThat(reactor.<Integer>call(() -> reactor.call(() -> 42))).isEqualTo(42);
      IllegalStateException refusal = new IllegalStateException("no");
      assertThatThrownBy(
              () ->
                  reactor.call(
                      () -> {
                        throw refusal;
                      }))
          .isSameAs(refusal);
      AssertionError error = new AssertionError("no");
      assertThatThrownBy(
              () ->
                  reactor.call(
                      () -> {
                        throw error;
                      }))
          .isSameAs(error);
      assertThat(reactor.<Boolean>call(reactor::inReactor)).isTrue();
      assertThat(reactor.inReactor()).isFalse();
    }
  }

  @Test
  void a_memory_fault_in_a_call_goes_to_the_caller_and_to_the_listener() {
    InternalError fault = new InternalError("lost memory");
    try (Reactor reactor = start()) {
      assertThatThrownBy(
              () ->
                  reactor.call(
                      () -> {
                        throw fault;
                      }))
          .isSameAs(fault);
      assertThat(reactor.<Integer>call(() -> 1)).isEqualTo(1);
    }
    assertThat(listener.faults).containsExactly(fault);
  }

  @Test
  void what_must_be_done_is_tried_again_when_memory_was_lost_under_it_but_only_once() {
    InternalError fault = new InternalError("lost memory");
    AtomicInteger tries = new AtomicInteger();
    try (Reactor reactor = start()) {
      reactor.surely(
          () -> {
            if (tries.incrementAndGet() == 1) {
              throw fault;
            }
          });
      assertThat(tries).hasValue(2);
      assertThatThrownBy(
              () ->
                  reactor.surely(
                      () -> {
                        tries.incrementAndGet();
                        throw fault;
                      }))
          .isSameAs(fault);
      assertThat(tries).hasValue(4);
      IllegalStateException bug = new IllegalStateException("a bug");
      assertThatThrownBy(
              () ->
                  reactor.surely(
                      () -> {
                        tries.incrementAndGet();
                        throw bug;
                      }))
          .isSameAs(bug);
      assertThat(tries).hasValue(5);
    }
  }

  /** The real error, which compiled code raises later than interpreted code does. */
  @Test
  void a_poller_in_truncated_memory_ends_nothing() {
    long pageBytes = 4096;
    int memory = Libc.memfdCreate("reactor-test", 0);
    Libc.ftruncate(memory, pageBytes);
    long address =
        Libc.mmap(0, pageBytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, memory, 0);
    CountDownLatch polls = new CountDownLatch(30_000);
    AtomicInteger healthyPolls = new AtomicInteger();
    try (Reactor reactor = start(ReactorOptions.POLL)) {
      Poller lost =
          () -> {
            polls.countDown();
            return (int) Mem.getLong(address);
          };
      Poller healthy =
          () -> {
            healthyPolls.incrementAndGet();
            return 0;
          };
      reactor.post(() -> reactor.add(lost));
      reactor.post(() -> reactor.add(healthy));
      Libc.ftruncate(memory, 0);
      Uninterrupted.run(polls::await);
      assertThat(reactor.<Integer>call(() -> 42)).isEqualTo(42);
      assertThat(reactor.stats().memoryFaults()).isGreaterThan(10_000);
      assertThat(healthyPolls.get()).isGreaterThan(10_000);
      reactor.post(() -> reactor.remove(lost));
      reactor.post(() -> reactor.remove(healthy));
    }
    assertThat(listener.failed).isEmpty();
    assertThat(listener.faults).isNotEmpty();
    Libc.munmap(address, pageBytes);
    Libc.close(memory);
  }

  @Test
  void a_caller_that_is_interrupted_waits_and_stays_interrupted() throws InterruptedException {
    try (Reactor reactor = start()) {
      CountDownLatch hold = new CountDownLatch(1);
      AtomicInteger answer = new AtomicInteger();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    Thread.currentThread().interrupt();
                    int result =
                        reactor.call(
                            () -> {
                              Uninterrupted.run(hold::await);
                              return 42;
                            });
                    if (Thread.currentThread().isInterrupted()) {
                      answer.set(result);
                    }
                  });
      hold.countDown();
      caller.join();
      assertThat(answer).hasValue(42);
    }
  }

  @Test
  void one_reactor_must_not_wait_for_another_but_both_may_post() {
    try (Reactor first = start();
        Reactor second = Reactor.start("other", CPU, ReactorOptions.ADAPTIVE, listener)) {
      assertThatThrownBy(() -> first.call(() -> second.call(() -> 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("reactor-test must not wait for other");
      assertThatThrownBy(() -> first.call(() -> closed(second)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("reactor-test must not wait for other");

      int rounds = 10_000;
      CountDownLatch done = new CountDownLatch(2 * rounds);
      for (Reactor from : List.of(first, second)) {
        Reactor to = from == first ? second : first;
        from.post(
            () -> {
              for (int i = 0; i < rounds; i++) {
                to.post(done::countDown);
              }
            });
      }
      Uninterrupted.run(done::await);
      assertThat(done.getCount()).isZero();
    }
  }

  private static boolean closed(Reactor reactor) {
    reactor.close();
    return true;
  }

  @Test
  void only_its_own_thread_may_change_what_it_polls() {
    try (Reactor reactor = start()) {
      for (Runnable forbidden :
          List.<Runnable>of(
              () -> reactor.add(() -> 0),
              () -> reactor.addChannel(() -> 0),
              () -> reactor.remove(() -> 0),
              () -> reactor.addTimer(1, () -> {}),
              () -> reactor.watch(0, () -> 0),
              () -> reactor.unwatch(0))) {
        assertThatThrownBy(forbidden::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageEndingWith("is not the thread of reactor-test");
      }
    }
  }

  @Test
  void an_idle_adaptive_one_sleeps_through_and_wakes_once_per_timer() {
    int firings = 50;
    try (Reactor reactor = start(ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0))) {
      CountDownLatch fired = new CountDownLatch(firings);
      List<ReactorStats> atStart = new ArrayList<>();
      reactor.call(
          () -> {
            atStart.add(reactor.stats());
            return reactor.addTimer(1_000_000, fired::countDown);
          });
      Uninterrupted.run(fired::await);
      ReactorStats now = reactor.stats();
      assertThat(now.laps() - atStart.get(0).laps()).isLessThan(5L * firings);
      assertThat(now.sleeps() - atStart.get(0).sleeps()).isGreaterThan(firings / 2);
    }
  }

  @Test
  void one_in_poll_mode_never_sleeps() {
    try (Reactor reactor = start(ReactorOptions.POLL)) {
      CountDownLatch polls = new CountDownLatch(10_000);
      reactor.post(
          () ->
              reactor.add(
                  () -> {
                    polls.countDown();
                    return 0;
                  }));
      Uninterrupted.run(polls::await);
      assertThat(reactor.stats().sleeps()).isZero();
      assertThat(reactor.stats().laps()).isGreaterThanOrEqualTo(10_000 - 1);
    }
  }
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.vireo.linux.Cpu;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private static List<String> openDescriptors() throws IOException {
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.map(fd -> String.valueOf(fd.getFileName())).sorted().toList();
    }
  }

  @Test
  void its_thread_runs_on_its_cpu_only() throws IOException {
    try (Reactor reactor = start()) {
      int thread = reactor.call(Libc::gettid);
      String status = Files.readString(Path.of("/proc/self/task/" + thread + "/status"));
      assertThat(status).containsPattern("(?m)^Cpus_allowed_list:\\s+" + CPU + "$");
      assertThat(reactor.cpu()).isEqualTo(CPU);
      assertThat(reactor.call(() -> Thread.currentThread().getName())).isEqualTo("reactor-test");
    }
    assertThat(Cpu.allowed().cardinality()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void a_cpu_that_does_not_exist_is_an_error_and_leaves_nothing() throws IOException {
    List<String> before = openDescriptors();
    assertThatThrownBy(() -> Reactor.start("nowhere", 8191, ReactorOptions.ADAPTIVE, listener))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("CPU 8191");
    assertThat(openDescriptors()).isEqualTo(before);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("nowhere"));
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
  void closing_runs_what_was_posted_and_refuses_the_rest() throws IOException {
    List<String> before = openDescriptors();
    Reactor reactor = start();
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      reactor.post(ran::incrementAndGet);
    }
    reactor.close();
    assertThat(ran).hasValue(1000);
    assertThatThrownBy(() -> reactor.post(ran::incrementAndGet))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("reactor-test is closed");
    assertThatThrownBy(() -> reactor.call(ran::incrementAndGet))
        .isInstanceOf(IllegalStateException.class);
    reactor.close();
    assertThat(ran).hasValue(1000);
    assertThat(openDescriptors()).isEqualTo(before);
  }

  @Test
  void timers_end_with_the_reactor() {
    Reactor reactor = start();
    AtomicInteger fired = new AtomicInteger();
    CountDownLatch first = new CountDownLatch(1);
    reactor.call(
        () ->
            reactor.addTimer(
                1,
                () -> {
                  fired.incrementAndGet();
                  first.countDown();
                }));
    Uninterrupted.run(first::await);
    reactor.close();
    int atTheEnd = fired.get();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("reactor-test"));
    assertThat(fired).hasValue(atTheEnd);
  }

  @Test
  void a_call_to_a_reactor_that_ends_is_answered_or_refused_and_never_hangs()
      throws InterruptedException {
    for (int round = 0; round < 300; round++) {
      Reactor reactor = start(ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0));
      CountDownLatch calling = new CountDownLatch(1);
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger answered = new AtomicInteger();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        reactor.call(ran::incrementAndGet);
                        answered.incrementAndGet();
                        calling.countDown();
                      }
                    } catch (IllegalStateException closed) {
                      calling.countDown();
                    }
                  });
      calling.await();
      reactor.close();
      caller.join();
      assertThat(answered.get()).isEqualTo(ran.get()).isPositive();
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

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.vireo.linux.Cpu;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How reactors with real threads begin and end. */
@Timeout(value = 60, threadMode = SEPARATE_THREAD)
class ReactorLifeTest {
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
  void a_stepped_one_does_on_its_callers_thread_what_others_do_on_theirs() throws IOException {
    List<String> before = openDescriptors();
    Reactor reactor = Reactor.stepped("by hand", ReactorOptions.ADAPTIVE, listener);
    assertThat(reactor.inReactor()).isTrue();
    assertThat(reactor.cpu()).isEqualTo(-1);
    int[] polls = new int[1];
    Poller poller = () -> polls[0]++ + 1;
    reactor.add(poller);
    boolean[] ran = new boolean[1];
    reactor.post(() -> ran[0] = true);
    assertThat(reactor.lap()).isEqualTo(2);
    assertThat(ran[0]).isTrue();
    assertThat(reactor.lap()).isEqualTo(2);
    reactor.remove(poller);
    reactor.close();
    assertThat(polls[0]).isEqualTo(2);
    assertThat(reactor.stats().laps()).isEqualTo(2);
    assertThat(openDescriptors()).isEqualTo(before);
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
  void a_thread_that_cannot_be_is_an_error_and_leaves_nothing() throws IOException {
    List<String> before = openDescriptors();
    Thread ended = new Thread(() -> {});
    ended.start();
    assertThatThrownBy(
            () ->
                Reactor.startThread("nobody", CPU, ReactorOptions.ADAPTIVE, listener, run -> ended))
        .isInstanceOf(IllegalThreadStateException.class);
    assertThat(openDescriptors()).isEqualTo(before);
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
}

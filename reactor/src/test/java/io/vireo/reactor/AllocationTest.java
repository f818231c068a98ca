package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import com.sun.management.ThreadMXBean;
import io.vireo.linux.Cpu;
import io.vireo.linux.EventFd;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A reactor in its steady state makes no garbage: polling, timers, parking, sleeping. One object a
 * round would be 16 bytes a round; less than one byte leaves room for what a deoptimisation brings
 * back once.
 */
@Timeout(value = 60, threadMode = SEPARATE_THREAD)
class AllocationTest {
  private static final int ROUNDS = 20_000;

  /** On a machine with much else to do it takes a while until everything is compiled. */
  private static final int ATTEMPTS = 6;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Kicks itself awake, so that it is parked, slept over and brought back all the time. */
  private static final class SelfKicking implements Poller {
    private final EventFd kick = EventFd.create();
    private final CountDownLatch rounds;

    SelfKicking(int rounds) {
      this.rounds = new CountDownLatch(rounds);
    }

    @Override
    public int poll() {
      rounds.countDown();
      return 0;
    }

    @Override
    public void arm() {
      kick.signal();
    }

    @Override
    public boolean parkable() {
      return true;
    }
  }

  /** Of the first so many rounds that allocated little, or else of the last ones tried. */
  private static long allocatedBytes(ReactorOptions options) {
    try (Reactor reactor =
        Reactor.start(
            "reactor-test", Cpu.allowed().length() - 1, options, new RecordingListener())) {
      long thread = reactor.call(() -> Thread.currentThread().threadId());
      reactor.call(() -> reactor.addTimer(1000, () -> {}));
      rounds(reactor, thread);
      long allocated;
      int attempts = 0;
      do {
        allocated = rounds(reactor, thread);
        attempts++;
      } while (allocated >= ROUNDS && attempts < ATTEMPTS);
      assertThat(reactor.stats().laps()).isGreaterThan(ROUNDS);
      return allocated;
    }
  }

  private static long rounds(Reactor reactor, long thread) {
    SelfKicking first = new SelfKicking(ROUNDS);
    SelfKicking second = new SelfKicking(2 * ROUNDS);
    reactor.call(
        () -> {
          for (SelfKicking poller : List.of(first, second)) {
            reactor.add(poller);
            reactor.watch(poller.kick.fd(), poller);
          }
          return null;
        });
    Uninterrupted.run(first.rounds::await);
    long before = THREADS.getThreadAllocatedBytes(thread);
    Uninterrupted.run(second.rounds::await);
    long after = THREADS.getThreadAllocatedBytes(thread);
    reactor.call(
        () -> {
          for (SelfKicking poller : List.of(first, second)) {
            reactor.remove(poller);
            reactor.unwatch(poller.kick.fd());
          }
          return null;
        });
    first.kick.close();
    second.kick.close();
    return after - before;
  }

  @Test
  void polling_and_parking() {
    assertThat(allocatedBytes(ReactorOptions.POLL.parking(0, 0, 0))).isLessThan(ROUNDS);
  }

  @Test
  void sleeping() {
    ReactorOptions sleepy = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0).parking(0, 0, 1);
    assertThat(allocatedBytes(sleepy)).isLessThan(ROUNDS);
  }
}

package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.vireo.linux.Cpu;
import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * No wake-up is lost: one thread gives work just while the reactor falls asleep or parks, many
 * times, and waits for each piece to be done. A lost one hangs both, which the deadline finds.
 */
@Timeout(value = 120, threadMode = SEPARATE_THREAD)
class WakeUpTest {
  private final Faults faults =
      new Faults(null, new RecordingListener(), new LapCounters(), SystemNanoClock.INSTANCE);
  private static final int CPU = Cpu.allowed().length() - 1;
  private static final long RUN_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long LOST_NS = TimeUnit.SECONDS.toNanos(20);
  private static final ReactorOptions SLEEPY = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);

  private final RecordingListener listener = new RecordingListener();

  /**
   * A driver's side and a device's side of a ring with one counter and one wish. All is opaque:
   * ordered by the fences of the protocol alone.
   */
  private static final class Ring implements Poller {
    private final EventFd kick = EventFd.create();
    private final AtomicLong avail = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicBoolean notify = new AtomicBoolean();
    private long kicks;

    @Override
    public int poll() {
      long now = avail.getOpaque();
      int work = (int) (now - seen.getPlain());
      seen.setOpaque(now);
      return work;
    }

    @Override
    public void arm() {
      notify.setOpaque(true);
    }

    @Override
    public boolean ready() {
      return avail.getOpaque() != seen.getPlain();
    }

    @Override
    public void disarm() {
      notify.setOpaque(false);
    }

    @Override
    public boolean parkable() {
      return true;
    }

    /** Driver: makes available up to {@code number}; whether a kick is asked for. */
    boolean offer(long number) {
      avail.setOpaque(number);
      Mem.fullFence();
      return notify.getOpaque();
    }

    /** Driver: the same, kicks if need be, and waits until it was seen. */
    void give(long number) {
      if (offer(number)) {
        kick.signal();
        kicks++;
      }
      awaitSeen(() -> seen.getOpaque() == number, number);
    }
  }

  private interface Condition {
    boolean holds();
  }

  /** Lets go of the core at times, for the other side may need this core. */
  private static void awaitSeen(Condition condition, long number) {
    long lostAt = System.nanoTime() + LOST_NS;
    for (int spins = 1; !condition.holds(); spins++) {
      if (spins % 1000 != 0) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - lostAt < 0) {
        LockSupport.parkNanos(1000);
      } else {
        throw new AssertionError("number " + number + " is slept through");
      }
    }
  }

  /** Spins for 0 to some 1000 ns, another time at each call, to hit each step of the protocol. */
  private static void jitter(long number) {
    for (long spins = (number * 0x9E3779B97F4A7C15L) >>> 59; spins > 0; spins--) {
      Thread.onSpinWait();
    }
  }

  private Reactor start(ReactorOptions options) {
    return Reactor.start("reactor-test", CPU, options, listener);
  }

  /** One thread gives work at the very moment in which the other decides to wait. */
  private abstract static class Duel {
    abstract void giveWork();

    abstract void fallAsleep();

    /** After both; also makes ready for the next round. */
    abstract void check(long round);

    final void fight() throws InterruptedException {
      AtomicLong go = new AtomicLong();
      AtomicLong given = new AtomicLong();
      Thread giver =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (long round = 1; ; round++) {
                      long next = round;
                      awaitSeen(() -> go.get() >= next, next);
                      if (go.get() == Long.MAX_VALUE) {
                        return;
                      }
                      giveWork();
                      given.set(round);
                    }
                  });
      try {
        long end = System.nanoTime() + RUN_NS;
        for (long round = 1; System.nanoTime() - end < 0; round++) {
          long now = round;
          go.set(now);
          jitter(now);
          fallAsleep();
          awaitSeen(() -> given.get() == now, now);
          check(now);
        }
      } finally {
        go.set(Long.MAX_VALUE);
      }
      giver.join();
    }
  }

  @Test
  void a_message_is_seen_or_its_poster_wakes_the_sleeper() throws InterruptedException {
    SteppedWaiter waiter = new SteppedWaiter();
    Mailbox mailbox = new Mailbox(waiter);
    new Duel() {
      private boolean empty;

      @Override
      void giveWork() {
        mailbox.post(() -> {});
      }

      @Override
      void fallAsleep() {
        mailbox.fallAsleep();
        Mem.fullFence();
        empty = mailbox.isEmpty();
      }

      @Override
      void check(long round) {
        if (empty && waiter.wakeUps == 0) {
          throw new AssertionError("the message of round " + round + " is slept through");
        }
        mailbox.wakeUp();
        mailbox.run(faults);
        waiter.wakeUps = 0;
      }
    }.fight();
  }

  @Test
  void work_is_seen_or_its_driver_sees_the_wish_of_the_parked() throws InterruptedException {
    PollerList pollers = new PollerList(null);
    Ring ring = new Ring();
    pollers.add(ring, 0);
    new Duel() {
      private boolean kicked;
      private boolean parked;

      @Override
      void giveWork() {
        kicked = ring.offer(ring.seen.getPlain() + 1);
      }

      @Override
      void fallAsleep() {
        parked = pollers.park(0, 0);
      }

      @Override
      void check(long round) {
        if (parked && !kicked) {
          throw new AssertionError("the work of round " + round + " is parked over");
        }
        pollers.unparkAll(0);
        pollers.poll(0);
      }
    }.fight();
    ring.kick.close();
  }

  @Test
  void messages_to_one_that_sleeps_in_the_kernel() {
    AtomicLong ran = new AtomicLong();
    long number = 0;
    try (Reactor reactor = start(SLEEPY)) {
      for (long end = System.nanoTime() + RUN_NS; System.nanoTime() - end < 0; ) {
        long expected = ++number;
        jitter(number);
        reactor.post(() -> ran.setOpaque(expected));
        awaitSeen(() -> ran.getOpaque() == expected, expected);
      }
      assertThat(reactor.stats().sleeps()).isPositive();
    }
    assertThat(ran).hasValue(number);
  }

  private void kicks(ReactorOptions options, int rings) {
    List<Ring> all = new ArrayList<>();
    try (Reactor reactor = start(options)) {
      for (int i = 0; i < rings; i++) {
        Ring ring = new Ring();
        all.add(ring);
        reactor.call(
            () -> {
              reactor.add(ring);
              reactor.watch(ring.kick.fd(), ring);
              return null;
            });
      }
      long number = 0;
      for (long end = System.nanoTime() + RUN_NS; System.nanoTime() - end < 0; ) {
        number++;
        for (Ring ring : all) {
          jitter(number);
          ring.give(number);
        }
      }
      assertThat(all).allSatisfy(ring -> assertThat(ring.kicks).isPositive());
      for (Ring ring : all) {
        reactor.call(
            () -> {
              reactor.unwatch(ring.kick.fd());
              reactor.remove(ring);
              return null;
            });
      }
    }
    all.forEach(ring -> ring.kick.close());
    assertThat(listener.failed).isEmpty();
  }

  @Test
  void kicks_to_one_that_is_falling_asleep() {
    kicks(SLEEPY, 1);
  }

  /** A look at the descriptors each lap; without the descriptor only the slow round finds it. */
  @Test
  void kicks_to_a_ring_that_is_being_parked_while_polling() {
    kicks(ReactorOptions.POLL.parking(0, 0, 0), 2);
  }

  @Test
  void kicks_to_parked_rings_of_one_that_sleeps() {
    kicks(SLEEPY.parking(0, 0, 0), 3);
  }
}

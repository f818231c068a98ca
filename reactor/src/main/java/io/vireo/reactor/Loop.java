package io.vireo.reactor;

import io.vireo.linux.Mem;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.NanoClock;

/**
 * What a reactor's thread does, lap by lap. Reactor thread only.
 *
 * <p>Per lap: one clock read, messages, channels, pollers, timers, parking; and when all of that
 * found nothing to do, idling.
 */
final class Loop {
  final PollerList channels;
  final PollerList pollers;
  final Parking parking;
  final Timers timers;
  final LapBudget budget = new LapBudget();

  private final ReactorOptions options;
  private final NanoClock clock;
  private final Mailbox mailbox;
  private final LapCounters counters;
  private final Faults faults;
  private final SpinTime spinTime;

  private long nowNs;
  private long spinFromNs;
  private boolean busy;
  private boolean brokenOff;

  Loop(
      ReactorOptions options,
      NanoClock clock,
      Waiter waiter,
      Mailbox mailbox,
      LapCounters counters,
      Faults faults) {
    this.options = options;
    this.clock = clock;
    this.mailbox = mailbox;
    this.counters = counters;
    this.faults = faults;
    spinTime = new SpinTime(options.spinBeforeSleepNs());
    channels = new PollerList(faults);
    pollers = new PollerList(faults);
    timers = new Timers(faults);
    nowNs = clock.nanoTime();
    spinFromNs = nowNs;
    parking = new Parking(pollers, waiter, options, counters, nowNs);
  }

  long nowNs() {
    return nowNs;
  }

  /** Whether the last lap found nothing to do. */
  boolean spare() {
    return !busy;
  }

  /** What is polled now. */
  PollReport polled() {
    List<PollerStats> stats = new ArrayList<>();
    channels.report(stats);
    pollers.report(stats);
    return new PollReport(stats, timers.report());
  }

  long clockNs() {
    return clock.nanoTime();
  }

  /** Laps until the mailbox is closed and empty; nothing else ends it. */
  void run() {
    while (true) {
      try {
        while (!mailbox.finished()) {
          lap();
        }
        return;
      } catch (Throwable t) {
        // A memory fault that surfaced late, between two laps.
        breakOff(t);
      }
    }
  }

  /** One lap, whatever is thrown in it; how much was done. */
  int lap() {
    try {
      return work();
    } catch (Throwable t) {
      breakOff(t);
      return 0;
    }
  }

  /** Does little and touches nothing of a guest's: nobody would catch what is thrown from here. */
  private void breakOff(Throwable cause) {
    brokenOff = true;
    faults.contain("the loop failed", cause);
  }

  private int work() {
    long now = clock.nanoTime();
    counters.lap();
    counters.elapsed(now - nowNs, busy);
    budget.lap(now - nowNs, pollers.busy(), pollers.deep());
    nowNs = now;
    if (brokenOff) {
      // Perhaps between an event and its poller: nobody may be left unpolled by that.
      pollers.unparkAll(now);
      brokenOff = false;
    }
    int messages = mailbox.run(faults);
    int work = messages + channels.poll(now) + pollers.poll(now);
    int fired = timers.fire(now);
    faults.tell(now);
    parking.lap(now, messages > 0);
    busy = work + fired > 0;
    if (work > 0) {
      spinFromNs = now;
    } else if (fired == 0) {
      idle();
    }
    return work + fired;
  }

  private void idle() {
    if (options.idle() == IdleMode.POLL || !spinTime.over(nowNs - spinFromNs)) {
      Thread.onSpinWait();
    } else {
      fallAsleep();
    }
  }

  /** The protocol of {@link Poller}, once for all that are polled and for the mailbox. */
  private void fallAsleep() {
    int fired = 0;
    try {
      channels.arm();
      pollers.arm();
      mailbox.fallAsleep();
      Mem.fullFence();
      if (somethingReady()) {
        // Spins again before the next try: arming writes to rings and costs more than a lap.
        spinFromNs = nowNs;
      } else {
        fired = sleep();
      }
    } finally {
      mailbox.wakeUp();
      channels.disarm();
      pollers.disarm();
    }
    parking.unparkFired(fired, nowNs);
  }

  private boolean somethingReady() {
    return !mailbox.isEmpty() || channels.ready() || pollers.ready() || faults.pending();
  }

  /** How many descriptors fired. */
  private int sleep() {
    long beforeNs = clock.nanoTime();
    long timeoutNs = timers.untilNextNs(beforeNs);
    if (timeoutNs <= 0) {
      return 0;
    }
    counters.elapsed(beforeNs - nowNs, false);
    int fired = parking.await(timeoutNs);
    nowNs = clock.nanoTime();
    counters.slept(nowNs - beforeNs);
    spinTime.slept(nowNs - beforeNs);
    return fired;
  }
}

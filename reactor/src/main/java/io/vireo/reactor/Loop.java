package io.vireo.reactor;

import io.vireo.linux.Mem;
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

  private final ReactorOptions options;
  private final NanoClock clock;
  private final Mailbox mailbox;
  private final LapCounters counters;
  private final Faults faults;

  private long nowNs;
  private long spinFromNs;
  private boolean busy;

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

  /** Laps until the mailbox is closed and empty. */
  void run() {
    while (!mailbox.finished()) {
      lap();
    }
  }

  /** One lap, whatever is thrown in it; how much was done. */
  int lap() {
    try {
      return work();
    } catch (Throwable t) {
      faults.contain("the loop failed", t);
      // Perhaps between an event and its poller: nobody may be left unpolled by that.
      pollers.unparkAll(nowNs);
      return 0;
    }
  }

  private int work() {
    long now = clock.nanoTime();
    counters.lap();
    counters.elapsed(now - nowNs, busy);
    nowNs = now;
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
    if (options.idle() == IdleMode.POLL || nowNs - spinFromNs < options.spinBeforeSleepNs()) {
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
    return fired;
  }
}

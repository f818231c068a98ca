package io.vireo.bdev.nvme;

import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.Timer;

/** Reactor thread only. What wakes a reactor that sleeps while requests are in flight. */
final class QueueInterrupt {
  private static final int LOOKS = 8; // in the time that a command has
  private static final long MIN_LOOK_NS = 1_000_000;

  private final DriveInterrupts interrupts;
  private final int vector;
  private final Reactor reactor;
  private final long timeoutNs;
  private Timer looks; // null: none are needed
  private boolean looking;

  /**
   * @param vector the queue's; {@link DriveInterrupts#NONE}: nothing wakes it
   * @param timeoutNs after which a command is late; 0: never
   */
  QueueInterrupt(DriveInterrupts interrupts, int vector, Reactor reactor, long timeoutNs) {
    this.interrupts = interrupts;
    this.vector = vector;
    this.reactor = reactor;
    this.timeoutNs = timeoutNs;
  }

  int vector() {
    return vector;
  }

  /** Whether completions wake the reactor. */
  boolean wakes() {
    return vector != DriveInterrupts.NONE;
  }

  /**
   * From now on. Time wakes it too, for a command that never ends; one look behind the last of them
   * wakes it in vain.
   */
  void begin(Poller queue, DriveIos requests) {
    if (wakes()) {
      reactor.watch(interrupts.fd(vector), queue);
      if (timeoutNs > 0) {
        long periodNs = Math.max(timeoutNs / LOOKS, MIN_LOOK_NS);
        looking = true;
        looks = reactor.addTimer(periodNs, () -> rest(requests));
      }
    }
  }

  private void rest(DriveIos requests) {
    if (requests.active() == 0) {
      looking = false;
      looks.cancel();
    }
  }

  /** A request is in flight. */
  void busy() {
    if (!looking && looks != null) {
      looking = true;
      looks.restart(reactor.nowNs());
    }
  }

  void end() {
    if (wakes()) {
      reactor.unwatch(interrupts.fd(vector));
      if (looks != null) {
        looks.cancel();
      }
    }
  }
}

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

  /** From now on; time wakes it too, for a command that never ends. */
  void begin(Poller queue) {
    if (wakes()) {
      reactor.watch(interrupts.fd(vector), queue);
      if (timeoutNs > 0) {
        looks = reactor.addTimer(Math.max(timeoutNs / LOOKS, MIN_LOOK_NS), () -> {});
      }
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

package io.vireo.itest;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what others are bound to do; the time is generous, for guests are emulated. */
final class Await {
  static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final long LOOK_NS = 10_000_000;

  private Await() {}

  static void until(String what, Callable<Boolean> done) throws Exception {
    until(what, PATIENCE, done);
  }

  static void until(String what, Duration patience, Callable<Boolean> done) throws Exception {
    if (!within(patience, done)) {
      throw new AssertionError("in vain: " + what);
    }
  }

  /** Whether it came true in time. */
  static boolean within(Duration time, Callable<Boolean> done) throws Exception {
    long deadlineNs = System.nanoTime() + time.toNanos();
    while (!done.call()) {
      if (System.nanoTime() - deadlineNs > 0) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NS);
    }
    return true;
  }
}

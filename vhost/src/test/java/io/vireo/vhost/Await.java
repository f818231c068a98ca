package io.vireo.vhost;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is bound to do. */
final class Await {
  private Await() {}

  static void until(BooleanSupplier done, String what) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TestTarget.TIMEOUT_MILLIS);
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("in vain: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }
}

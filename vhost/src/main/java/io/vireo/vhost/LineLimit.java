package io.vireo.vhost;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the log lines that front-ends and guests of one controller can cause, who may connect,
 * fail and break their rings as often as they like: a burst, then one a second. Any thread.
 */
final class LineLimit {
  private static final Logger log = LoggerFactory.getLogger(LineLimit.class);

  /** Enough for a hypervisor's whole life with many rings. */
  static final int BURST = 64;

  static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final LongSupplier nanoTime;
  private long fullNs; // when there will be a whole burst again, if nobody logs
  private long leftOut;

  /**
   * @param name the controller's
   */
  LineLimit(String name, LongSupplier nanoTime) {
    this.name = name;
    this.nanoTime = nanoTime;
    fullNs = nanoTime.getAsLong();
  }

  /** Whether one more line may be logged now; if so it counts. Tells how many were left out. */
  synchronized boolean allows() {
    long nowNs = nanoTime.getAsLong();
    long behindNs = Math.max(0, fullNs - nowNs);
    if (behindNs > (BURST - 1) * INTERVAL_NS) {
      leftOut++;
      return false;
    }
    fullNs = nowNs + behindNs + INTERVAL_NS;
    if (leftOut > 0) {
      log.warn("{}: {} lines were left out", name, leftOut);
      leftOut = 0;
    }
    return true;
  }
}

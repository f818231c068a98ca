package io.vireo.bdev;

import java.util.concurrent.TimeUnit;

/**
 * How many requests a bdev had in flight when it was last looked at, and what that adds up to.
 *
 * @param periodUs how often it is looked at
 * @param requests in flight on all channels
 * @param ioTimeUs how long there were any
 * @param weightedIoTimeUs the sum over all requests of the time that each was in flight
 */
public record QueueDepth(long periodUs, int requests, long ioTimeUs, long weightedIoTimeUs) {

  /**
   * Adds looks up. A look stands for the time since the one before it, however late it came: the
   * sums are right for any period that a thread cannot keep. Guarded by itself.
   */
  static final class Sum {
    private final long periodUs;
    private long lookedNs;
    private int requests;
    private long ioTimeNs;
    private long weightedIoTimeNs;

    /**
     * @param before whose sums go on; null begins at zero
     * @param nowNs from when on time is counted
     */
    Sum(long periodUs, Sum before, long nowNs) {
      this.periodUs = periodUs;
      lookedNs = nowNs;
      if (before != null) {
        synchronized (before) {
          ioTimeNs = before.ioTimeNs;
          weightedIoTimeNs = before.weightedIoTimeNs;
        }
      }
    }

    synchronized void looked(int requestsNow, long nowNs) {
      long elapsedNs = nowNs - lookedNs;
      lookedNs = nowNs;
      requests = requestsNow;
      weightedIoTimeNs += elapsedNs * requestsNow;
      if (requestsNow > 0) {
        ioTimeNs += elapsedNs;
      }
    }

    synchronized QueueDepth result() {
      return new QueueDepth(periodUs, requests, us(ioTimeNs), us(weightedIoTimeNs));
    }

    private static long us(long ns) {
      return TimeUnit.NANOSECONDS.toMicros(ns);
    }
  }
}

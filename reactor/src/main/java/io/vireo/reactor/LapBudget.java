package io.vireo.reactor;

/**
 * How many requests one poller may take in a lap. Reactor thread only.
 *
 * <p>Pollers that all have much to do lose nothing by long turns and gain by them: the change from
 * queue to queue costs as much as some requests in memory. But one that waits for a single answer
 * waits for the turns of all others: beside it these become shorter, until a lap is no longer than
 * is fair to both. What a request costs is not asked; how long the last lap was tells it, whatever
 * the back-end.
 */
final class LapBudget {
  /** More at once gains nothing. */
  static final int MAX_REQUESTS = 32;

  /** Less costs a guest in memory half of its rate. Who does as much in a lap has much to do. */
  static final int MIN_REQUESTS = 4;

  /**
   * A lap beside one or two that have much to do. A request at depth 1 takes some 600 ns; it is to
   * keep a quarter of its rate at the least. Beside more its share is smaller anyway, and 64 queues
   * with turns of 4 would do a third less in all than with turns of 32: each gives it as much more.
   */
  static final long LONG_NS = 2000;

  /** Laps without a mixed company after which turns are long again. */
  static final int UNMIXED_LAPS = 64;

  private int requests = MAX_REQUESTS;
  private int unmixedLaps = UNMIXED_LAPS;

  /**
   * A lap has ended.
   *
   * @param ns how long it was
   * @param busy pollers that had work in it
   * @param deep those of them that had much, {@link #MIN_REQUESTS} or more
   */
  void lap(long ns, int busy, int deep) {
    if (deep > 0 && busy > deep) {
      unmixedLaps = 0;
      adapt(ns, LONG_NS * Math.max(deep - 1, 1));
    } else if (unmixedLaps < UNMIXED_LAPS && ++unmixedLaps == UNMIXED_LAPS) {
      requests = MAX_REQUESTS;
    }
  }

  /** Turns can become twice as long below half of what is long. */
  private void adapt(long ns, long longNs) {
    if (ns > longNs) {
      requests = Math.max(requests >> 1, MIN_REQUESTS);
    } else if (ns < longNs / 2) {
      requests = Math.min(requests << 1, MAX_REQUESTS);
    }
  }

  /** For each poller, in the lap that follows. */
  int requests() {
    return requests;
  }
}

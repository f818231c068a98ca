package io.vireo.reactor;

/**
 * How many requests one poller may take in a lap. Reactor thread only.
 *
 * <p>A poller that alone has work may take much. Where several have work, one that waits for a
 * single answer waits for the turns of all others: these become shorter until a lap is. What a
 * request costs is not asked; how long the last lap was tells it, whatever the back-end.
 */
final class LapBudget {
  /** More at once gains nothing. */
  static final int MAX_REQUESTS = 32;

  /** Less costs much: the change from queue to queue costs as much as some requests in memory. */
  static final int MIN_REQUESTS = 4;

  /** A request at depth 1 takes some 600 ns; it is to keep a quarter of its rate at the least. */
  static final long LONG_NS = 2000;

  /** Turns can become twice as long and laps stay short. */
  static final long SHORT_NS = LONG_NS / 2;

  /** Laps without company after which a poller has the reactor for itself. */
  static final int LONELY_LAPS = 64;

  private int requests = MAX_REQUESTS;
  private int lonelyLaps = LONELY_LAPS;

  /**
   * A lap has ended.
   *
   * @param ns how long it was
   * @param busy pollers that had work in it
   */
  void lap(long ns, int busy) {
    if (busy > 1) {
      lonelyLaps = 0;
      adapt(ns);
    } else if (lonelyLaps < LONELY_LAPS && ++lonelyLaps == LONELY_LAPS) {
      requests = MAX_REQUESTS;
    }
  }

  private void adapt(long ns) {
    if (ns > LONG_NS) {
      requests = Math.max(requests >> 1, MIN_REQUESTS);
    } else if (ns < SHORT_NS) {
      requests = Math.min(requests << 1, MAX_REQUESTS);
    }
  }

  /** For each poller, in the lap that follows. */
  int requests() {
    return requests;
  }
}

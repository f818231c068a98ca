package io.vireo.daemon.perf;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How long a storm was counted, and what it came to.
 *
 * @param times it was done
 */
record Rage(long times, double seconds) {
  private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /**
   * Lets a storm rage: a while uncounted, then counted at least once.
   *
   * @param uncountedNs 0 for no time at all
   */
  static Rage of(Storm storm, long uncountedNs, long countedNs) throws IOException {
    if (uncountedNs > 0) {
      rage(storm, uncountedNs);
      storm.parts().values().forEach(Histogram::reset);
    }
    return rage(storm, countedNs);
  }

  private static Rage rage(Storm storm, long ns) throws IOException {
    long begin = System.nanoTime();
    long times = 0;
    long passedNs;
    do {
      storm.once();
      times++;
      passedNs = System.nanoTime() - begin;
    } while (passedNs < ns);
    return new Rage(times, passedNs / NS_PER_SECOND);
  }
}

package io.vireo.daemon.perf;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a machine does to a thread that has a CPU for itself and does nothing but read the clock:
 * the longest time between two looks. No polling thread on that CPU can promise more.
 */
final class GapProbe {
  private static final long HIGHEST_NS = 10_000_000_000L;
  private static final int DIGITS = 3;

  /** Shorter ones are the reading of the clock itself. */
  private static final long SHORTEST_NS = 1000;

  private final Histogram gaps = new Histogram(HIGHEST_NS, DIGITS);
  private long longestNs;

  private GapProbe() {}

  /** Spins for a while on the calling thread, which should be pinned. */
  static GapProbe spin(long ns) {
    GapProbe probe = new GapProbe();
    probe.gaps.setAutoResize(true);
    long begin = System.nanoTime();
    long last = begin;
    while (last - begin < ns) {
      long now = System.nanoTime();
      if (now - last >= SHORTEST_NS) {
        probe.gaps.recordValue(now - last);
        probe.longestNs = Math.max(probe.longestNs, now - last);
        now = System.nanoTime(); // counting is no gap
      }
      last = now;
    }
    return probe;
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "longest gap %.1f us, %d above 1 us, %d above 100 us",
        longestNs / 1000.0,
        gaps.getTotalCount(),
        gaps.getCountBetweenValues(100_000, HIGHEST_NS));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("longest_us", longestNs / 1000.0);
    json.put("above_1_us", gaps.getTotalCount());
    json.put("above_100_us", gaps.getCountBetweenValues(100_000, HIGHEST_NS));
    return json;
  }
}

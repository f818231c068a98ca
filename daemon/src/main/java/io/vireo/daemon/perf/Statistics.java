package io.vireo.daemon.perf;

import java.util.Arrays;

/** Medians, and how sure they are. */
final class Statistics {
  /** Fewer values leave a median no limits of 95 %: all may lie on one side of it. */
  static final int FEWEST_FOR_INTERVAL = 6;

  /** Of more values the probability that all lie on one side of the median is no double. */
  static final int MOST_FOR_INTERVAL = 1000;

  private static final double TAIL = 0.025;

  /** The limits between which a median lies with a probability of at least 95 %. */
  record Interval(double low, double high) {}

  private Statistics() {}

  static double median(double... values) {
    double[] sorted = sorted(values);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * By the order of the values alone, whatever their distribution: how many of them lie below the
   * median is as the heads of so many coins.
   *
   * @param values from {@link #FEWEST_FOR_INTERVAL} to {@link #MOST_FOR_INTERVAL}
   */
  static Interval interval95(double... values) {
    double[] sorted = sorted(values);
    int n = sorted.length;
    if (n < FEWEST_FOR_INTERVAL) {
      throw new IllegalArgumentException("%d values leave a median no limits".formatted(n));
    }
    // The probability of exactly that many heads, and of at most that many.
    double exactly = Math.pow(0.5, n);
    double atMost = exactly;
    int outside = 0;
    while (atMost <= TAIL) {
      outside++;
      exactly *= (double) (n - outside + 1) / outside;
      atMost += exactly;
    }
    return new Interval(sorted[outside - 1], sorted[n - outside]);
  }

  private static double[] sorted(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}

package io.vireo.daemon.perf;

import java.util.Arrays;
import java.util.Random;

/** Medians, and how sure they are. */
final class Statistics {
  private static final int RESAMPLES = 4000;
  private static final long SEED = 1;

  /** The limits between which a median lies with a probability of 95 %. */
  record Interval(double low, double high) {}

  private Statistics() {}

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** By the bootstrap: the medians of samples drawn from the values, with replacement. */
  static Interval interval95(double... values) {
    Random random = new Random(SEED);
    double[] medians = new double[RESAMPLES];
    double[] drawn = new double[values.length];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.setAll(drawn, j -> values[random.nextInt(values.length)]);
      medians[i] = median(drawn);
    }
    Arrays.sort(medians);
    int tail = RESAMPLES / 40;
    return new Interval(medians[tail], medians[RESAMPLES - 1 - tail]);
  }
}

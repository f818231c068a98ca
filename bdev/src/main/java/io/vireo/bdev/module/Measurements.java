package io.vireo.bdev.module;

import io.vireo.bdev.Histogram;

/** Where figures go. One control thread. */
public interface Measurements {
  /**
   * One figure.
   *
   * @param labels values of the metric's labels, in their order; a second figure with the same ones
   *     takes the place of the first
   * @throws IllegalArgumentException for a metric that was not declared, or of histograms, or other
   *     labels
   */
  void put(Metric metric, double value, String... labels);

  /** The same, of a whole number. */
  default void put(Metric metric, long value, String... labels) {
    put(metric, (double) value, labels);
  }

  /** The same, for a metric of histograms. */
  void put(Metric metric, Histogram latencies, String... labels);
}

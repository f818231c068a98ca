package io.vireo.daemon.perf;

import org.HdrHistogram.Histogram;

/** Samples that nobody took. */
final class Samples {
  private Samples() {}

  /** A second with so many requests of 4 KiB, one after the other. */
  static Sample of(double iops) {
    Histogram latencies = new Histogram(3);
    latencies.recordValueWithCount(Math.round(1e9 / iops), Math.round(iops));
    return new Sample(Math.round(iops), 4096, 1_000_000_000, 100, latencies);
  }
}

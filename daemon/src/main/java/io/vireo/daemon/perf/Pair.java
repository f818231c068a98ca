package io.vireo.daemon.perf;

import java.util.Map;

/**
 * One sample of each of two disks, and what programs reached beside them.
 *
 * @param referenceIops by the reference's name
 */
record Pair(Probed a, Probed b, Map<String, Double> referenceIops) {
  /** A round trip below this is one between near cores. */
  static final double NEAR_NS = 150;

  /**
   * A sample and the round trips between the cores around it.
   *
   * @param beforeNs round trip before it
   * @param afterNs round trip after it
   */
  record Probed(double beforeNs, Sample sample, double afterNs) {
    double longestNs() {
      return Math.max(beforeNs, afterNs);
    }

    boolean near() {
      return longestNs() < NEAR_NS;
    }

    /** How many round trips a request takes, when there is only one at a time. */
    double roundTrips() {
      return 1e9 / sample.iops() / ((beforeNs + afterNs) / 2);
    }
  }

  /** The longest of the round trips around both samples. */
  double longestNs() {
    return Math.max(a.longestNs(), b.longestNs());
  }

  boolean near() {
    return a.near() && b.near();
  }

  double ratio() {
    return a.sample.iops() / b.sample.iops();
  }

  /** What the first disk reached of a reference. */
  double ratioTo(String reference) {
    return a.sample.iops() / referenceIops.get(reference);
  }
}

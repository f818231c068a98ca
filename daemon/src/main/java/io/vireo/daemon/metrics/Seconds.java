package io.vireo.daemon.metrics;

/** The unit of all times that are shown. */
final class Seconds {
  private static final double NS = 1e9;
  private static final double MS = 1e3;

  private Seconds() {}

  static double ofNs(double ns) {
    return ns / NS;
  }

  static double ofNs(long ns) {
    return ns / NS;
  }

  static double ofMs(long ms) {
    return ms / MS;
  }
}

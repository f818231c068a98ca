package io.vireo.daemon.top;

/** What controllers and bdevs are sorted by. A figure that is not known is NaN. */
interface Row {
  String name();

  /** Requests per second. */
  double iops();

  double bytesPerSecond();

  /** Average latency. */
  double averageNs();

  /** What 99 % of the latencies do not exceed. */
  double p99Ns();

  /** Requests that were in flight on average. */
  double depth();
}

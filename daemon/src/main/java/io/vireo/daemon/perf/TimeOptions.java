package io.vireo.daemon.perf;

import picocli.CommandLine.Option;

/** How long there is load before what is counted, and how often it is told. */
final class TimeOptions {
  private static final double MIN_INTERVAL_SECONDS = 0.01;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "0.5",
      converter = Seconds.Converter.class,
      description =
          "how long there is load before requests are counted (default: ${DEFAULT-VALUE})")
  private Seconds warmup;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      converter = Seconds.Converter.class,
      description = "how often a line tells the rate (default: ${DEFAULT-VALUE})")
  private Seconds interval;

  /**
   * @throws IllegalArgumentException with a sentence when a time cannot be
   */
  void check() {
    warmupNs();
    intervalNs();
  }

  long warmupNs() {
    return warmup.ns("--warmup", 0);
  }

  long intervalNs() {
    return interval.ns("--interval", MIN_INTERVAL_SECONDS);
  }
}

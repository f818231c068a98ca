package io.vireo.daemon.perf;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How long there is load before what is counted, and how often it is told. */
final class TimeOptions {
  private static final double NS_PER_SECOND = 1e9;
  private static final double MAX_SECONDS = 1e6;
  private static final double MIN_INTERVAL_SECONDS = 0.01;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "0.5",
      description =
          "how long there is load before requests are counted (default: ${DEFAULT-VALUE})")
  private double warmupSeconds;

  @Option(
      names = "--warm-on",
      paramLabel = "PATH",
      description =
          "another disk's socket that gets the load before that, so that the very first request of"
              + " the disk at --socket is counted")
  private Path warmOn;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "how often a line tells the rate (default: ${DEFAULT-VALUE})")
  private double intervalSeconds;

  /**
   * @throws IllegalArgumentException with a sentence when a time cannot be
   */
  void check(long countedNs) {
    if (countedNs == 0 || !(warmupSeconds >= 0 && warmupSeconds <= MAX_SECONDS)) {
      throw new IllegalArgumentException("-t must be above 0 and --warmup not below");
    }
    if (!(intervalSeconds >= MIN_INTERVAL_SECONDS && intervalSeconds <= MAX_SECONDS)) {
      throw new IllegalArgumentException("--interval must be at least " + MIN_INTERVAL_SECONDS);
    }
  }

  long warmupNs() {
    return ns(warmupSeconds);
  }

  /** The disk that gets the load before; null when it is the same. */
  Path warmOn() {
    return warmOn;
  }

  long intervalNs() {
    return ns(intervalSeconds);
  }

  private static long ns(double seconds) {
    return (long) (seconds * NS_PER_SECOND);
  }
}

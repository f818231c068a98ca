package io.vireo.daemon.perf;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that puts the same load on something by itself, to see what of that a disk reaches.
 *
 * @param command for the shell. WORKLOAD, DEPTH and BYTES tell it the load, WARMUP_MILLIS and
 *     MILLIS for how long; it prints how many requests it made in a second
 */
record Reference(String name, String command) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Runs it to its end. It begins on the calling thread's CPU.
   *
   * @throws IOException when it fails, tells no rate, or takes 20 s longer than it was told
   */
  double iops(PerfOptions cell, long uncountedNs, long countedNs) throws IOException {
    Map<String, String> load =
        Map.of(
            "WORKLOAD", cell.workload().label(),
            "DEPTH", Integer.toString(cell.depth()),
            "BYTES", Integer.toString(cell.bytes()),
            "WARMUP_MILLIS", Long.toString(TimeUnit.NANOSECONDS.toMillis(uncountedNs)),
            "MILLIS", Long.toString(Math.max(1, TimeUnit.NANOSECONDS.toMillis(countedNs))));
    Duration limit = PATIENCE.plusNanos(uncountedNs + countedNs);
    return rate(new ShellProgram(name, command, load).run(limit));
  }

  private double rate(String said) throws IOException {
    try {
      double iops = Double.parseDouble(said);
      if (iops > 0 && iops < Double.POSITIVE_INFINITY) {
        return iops;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    String shown = said.length() > 80 ? said.substring(0, 80) + "..." : said;
    throw new IOException("%s: '%s' is no rate".formatted(name, shown));
  }
}

package io.vireo.daemon.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that puts the same load on something by itself, to see what of that a disk reaches.
 *
 * @param command for the shell. WORKLOAD, DEPTH and BYTES tell it the load, WARMUP_MILLIS and
 *     MILLIS for how long; it prints how many requests it made in a second
 */
record Reference(String name, String command) {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

  /**
   * Runs it to its end. It begins on the calling thread's CPU.
   *
   * @throws IOException when it fails, tells no rate, or takes 20 s longer than it was told
   */
  double iops(PerfOptions cell, long uncountedNs, long countedNs) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> environment = builder.environment();
    environment.put("WORKLOAD", cell.workload().label());
    environment.put("DEPTH", Integer.toString(cell.depth()));
    environment.put("BYTES", Integer.toString(cell.bytes()));
    environment.put("WARMUP_MILLIS", Long.toString(TimeUnit.NANOSECONDS.toMillis(uncountedNs)));
    environment.put("MILLIS", Long.toString(Math.max(1, TimeUnit.NANOSECONDS.toMillis(countedNs))));
    Process process = builder.start();
    try {
      if (!process.waitFor(uncountedNs + countedNs + PATIENCE_NS, TimeUnit.NANOSECONDS)) {
        throw new IOException("%s: it does not end".formatted(name));
      }
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new IOException("%s: it ended with status %d".formatted(name, process.exitValue()));
      }
      return rate(said);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": it was not awaited", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
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

package io.vireo.daemon.perf;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A sample as a table and as JSON. Latencies in microseconds. */
final class SampleReport {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
  private static final double NS_PER_US = 1000;

  private SampleReport() {}

  static void print(PrintWriter out, String disk, Sample sample) {
    printHead(out);
    printLine(out, disk, sample);
    printFoot(out);
  }

  static void printHead(PrintWriter out) {
    printHead(out, "%-28s %12s %10s".formatted("disk", "IOPS", "MiB/s"));
  }

  /** The head of a table whose lines begin with other columns. */
  static void printHead(PrintWriter out, String before) {
    out.printf(Locale.ROOT, "%n%s %10s", before, "average");
    for (double percentile : PERCENTILES) {
      out.printf(Locale.ROOT, " %9s", label(percentile));
    }
    out.printf(" %9s%n", "max");
  }

  static void printLine(PrintWriter out, String disk, Sample sample) {
    out.printf(
        Locale.ROOT, "%-28s %12.0f %10.1f", disk, sample.iops(), sample.mebibytesPerSecond());
    printLatencies(out, sample.latencies());
  }

  static void printLatencies(PrintWriter out, Histogram latencies) {
    out.printf(Locale.ROOT, " %10.2f", latencies.getMean() / NS_PER_US);
    for (double percentile : PERCENTILES) {
      out.printf(Locale.ROOT, " %9.2f", latencies.getValueAtPercentile(percentile) / NS_PER_US);
    }
    out.printf(Locale.ROOT, " %9.2f%n", latencies.getMaxValue() / NS_PER_US);
  }

  static void printFoot(PrintWriter out) {
    out.println("(latencies in microseconds)");
  }

  static Map<String, Object> json(Sample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("requests", sample.requests());
    json.put("seconds", sample.ns() / 1e9);
    json.put("iops", sample.iops());
    json.put("mib_per_second", sample.mebibytesPerSecond());
    json.put("generator_lap_us", sample.lapNs() / NS_PER_US);
    json.put("latency_us", json(sample.latencies()));
    return json;
  }

  static Map<String, Object> json(Histogram latencies) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("average", latencies.getMean() / NS_PER_US);
    for (double percentile : PERCENTILES) {
      json.put(label(percentile), latencies.getValueAtPercentile(percentile) / NS_PER_US);
    }
    json.put("max", latencies.getMaxValue() / NS_PER_US);
    return json;
  }

  private static String label(double percentile) {
    return percentile == Math.rint(percentile)
        ? "p%d".formatted((int) percentile)
        : "p" + percentile;
  }
}

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
    Histogram latencies = sample.latencies();
    out.printf(Locale.ROOT, "%n%-28s %12s %10s %10s", "disk", "IOPS", "MiB/s", "average");
    for (double percentile : PERCENTILES) {
      out.printf(Locale.ROOT, " %9s", label(percentile));
    }
    out.printf(
        Locale.ROOT,
        " %9s%n%-28s %12.0f %10.1f %10.2f",
        "max",
        disk,
        sample.iops(),
        sample.mebibytesPerSecond(),
        latencies.getMean() / NS_PER_US);
    for (double percentile : PERCENTILES) {
      out.printf(Locale.ROOT, " %9.2f", latencies.getValueAtPercentile(percentile) / NS_PER_US);
    }
    out.printf(Locale.ROOT, " %9.2f%n", latencies.getMaxValue() / NS_PER_US);
    out.println("(latencies in microseconds)");
  }

  static Map<String, Object> json(Sample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("requests", sample.requests());
    json.put("seconds", sample.ns() / 1e9);
    json.put("iops", sample.iops());
    json.put("mib_per_second", sample.mebibytesPerSecond());
    Map<String, Object> latency = new LinkedHashMap<>();
    Histogram latencies = sample.latencies();
    latency.put("average", latencies.getMean() / NS_PER_US);
    for (double percentile : PERCENTILES) {
      latency.put(label(percentile), latencies.getValueAtPercentile(percentile) / NS_PER_US);
    }
    latency.put("max", latencies.getMaxValue() / NS_PER_US);
    json.put("latency_us", latency);
    return json;
  }

  private static String label(double percentile) {
    return percentile == Math.rint(percentile)
        ? "p%d".formatted((int) percentile)
        : "p" + percentile;
  }
}

package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Comparison.Pair;
import io.vireo.daemon.perf.Comparison.Probed;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What a comparison found, as a table and as JSON with every sample. */
final class ComparisonReport {
  private final List<Pair> pairs;
  private final List<Pair> near;

  ComparisonReport(List<Pair> pairs) {
    this.pairs = pairs;
    near = pairs.stream().filter(Pair::near).toList();
  }

  static void printPair(PrintWriter out, Pair pair) {
    out.printf(
        Locale.ROOT,
        "%10.0f %10.0f IOPS  %6.2f  round trips %3.0f %3.0f %3.0f ns  %s%n",
        pair.a().sample().iops(),
        pair.b().sample().iops(),
        pair.ratio(),
        pair.a().beforeNs(),
        pair.a().afterNs(),
        pair.b().afterNs(),
        pair.near() ? "near" : "far");
    out.flush();
  }

  void print(PrintWriter out, String a, String b) {
    out.printf(Locale.ROOT, "%n%d of %d pairs near%n", near.size(), pairs.size());
    if (near.isEmpty()) {
      return;
    }
    out.printf(Locale.ROOT, "%-32s %12s %12s %12s%n", "median of near pairs", "IOPS", "p50", "p99");
    printSide(out, a, Pair::a);
    printSide(out, b, Pair::b);
    Statistics.Interval interval = Statistics.interval95(ratios());
    out.printf(
        Locale.ROOT,
        "ratio %.2f (95 %%: %.2f to %.2f), latencies in microseconds%n",
        Statistics.median(ratios()),
        interval.low(),
        interval.high());
  }

  private void printSide(PrintWriter out, String name, Function<Pair, Probed> side) {
    out.printf(
        Locale.ROOT,
        "%-32s %12.0f %12.2f %12.2f%n",
        name,
        medianOf(side, Sample::iops),
        medianOf(side, sample -> sample.latencies().getValueAtPercentile(50) / 1000.0),
        medianOf(side, sample -> sample.latencies().getValueAtPercentile(99) / 1000.0));
  }

  private double medianOf(Function<Pair, Probed> side, ToDoubleFunction<Sample> value) {
    return Statistics.median(
        near.stream().map(side).map(Probed::sample).mapToDouble(value).toArray());
  }

  private double[] ratios() {
    return near.stream().mapToDouble(Pair::ratio).toArray();
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pairs", pairs.size());
    json.put("near_pairs", near.size());
    if (!near.isEmpty()) {
      Statistics.Interval interval = Statistics.interval95(ratios());
      json.put("iops_a", medianOf(Pair::a, Sample::iops));
      json.put("iops_b", medianOf(Pair::b, Sample::iops));
      json.put("ratio", Statistics.median(ratios()));
      json.put("ratio_low", interval.low());
      json.put("ratio_high", interval.high());
      json.put(
          "round_trips_a",
          Statistics.median(near.stream().mapToDouble(p -> roundTrips(p.a())).toArray()));
    }
    json.put("samples", pairs.stream().map(ComparisonReport::json).toList());
    return json;
  }

  /** How many round trips between the cores a request of the first disk takes. */
  private static double roundTrips(Probed probed) {
    return 1e9 / probed.sample().iops() / ((probed.beforeNs() + probed.afterNs()) / 2);
  }

  private static Map<String, Object> json(Pair pair) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("near", pair.near());
    json.put("a", json(pair.a()));
    json.put("b", json(pair.b()));
    return json;
  }

  private static Map<String, Object> json(Probed probed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("round_trip_before_ns", probed.beforeNs());
    json.put("round_trip_after_ns", probed.afterNs());
    json.putAll(SampleReport.json(probed.sample()));
    return json;
  }
}

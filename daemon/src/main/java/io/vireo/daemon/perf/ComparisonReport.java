package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Pair.Probed;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a comparison found: a table with a row for each cell's near pairs, if there are any, and one
 * for all its pairs, if some were far; and JSON with every sample.
 */
final class ComparisonReport {
  private final List<CellPairs> cells;

  ComparisonReport(List<CellPairs> cells) {
    this.cells = cells;
  }

  /** One line about a round: the distance of the cores, and the ratio of each cell's new pair. */
  static void printRound(PrintWriter out, List<CellPairs> round) {
    StringBuilder line = new StringBuilder();
    double distanceNs = 0;
    int near = 0;
    for (CellPairs pairs : round) {
      Pair last = pairs.all().getLast();
      distanceNs += (last.a().beforeNs() + last.a().afterNs() + last.b().afterNs()) / 3;
      near += last.near() ? 1 : 0;
      line.append(String.format(Locale.ROOT, " %.2f", last.ratio()));
    }
    out.printf(
        Locale.ROOT,
        "round %d: %d of %d pairs near, round trip %.0f ns, ratios%s%n",
        round.getFirst().all().size(),
        near,
        round.size(),
        distanceNs / round.size(),
        line);
    out.flush();
  }

  void print(PrintWriter out, String a, String b) {
    out.printf(
        Locale.ROOT,
        "%nA is %s, B is %s.%nMedians of pairs, ratios with intervals of 95 %%, latencies in"
            + " microseconds. A pair is near%nwhen all round trips between the cores around it"
            + " are below %.0f ns, else far.%n%n"
            + "%-9s %5s %5s %4s %10s %10s  %-18s %9s %9s  %7s %7s",
        a,
        b,
        Pair.NEAR_NS,
        "load",
        "depth",
        "near",
        "far",
        "A IOPS",
        "B IOPS",
        "A / B",
        "A p50",
        "B p50",
        "A trips",
        "B trips");
    for (String reference : cells.getFirst().all().getFirst().referenceIops().keySet()) {
      out.printf(Locale.ROOT, "  %10s  %-18s", reference, "A / " + reference);
    }
    out.println();
    for (CellPairs pairs : cells) {
      int near = pairs.near().size();
      int far = pairs.all().size() - near;
      if (near > 0) {
        printRow(out, pairs.cell(), pairs.near(), 0);
      }
      if (far > 0) {
        printRow(out, pairs.cell(), pairs.all(), far);
      }
    }
    if (cells.stream().anyMatch(pairs -> pairs.cell().alone())) {
      out.println(
          "trips: round trips between the cores, as long as its sample's, that a request takes");
    }
    printFar(out);
  }

  /** What of the table tells nothing about near cores. */
  private void printFar(PrintWriter out) {
    List<CellPairs> far = cells.stream().filter(pairs -> pairs.near().isEmpty()).toList();
    if (!far.isEmpty()) {
      out.printf(
          Locale.ROOT,
          "%d of %d loads had no near pair, at best round trips of %.0f ns: their rows are about far"
              + " cores only%n",
          far.size(),
          cells.size(),
          far.stream()
              .flatMap(pairs -> pairs.all().stream())
              .mapToDouble(Pair::longestNs)
              .min()
              .orElseThrow());
    }
  }

  /** A row over {@code pairs}, of which so many are far. */
  private static void printRow(PrintWriter out, PerfOptions cell, List<Pair> pairs, int far) {
    Figures figures = Figures.of(cell, pairs);
    out.printf(
        Locale.ROOT,
        "%-9s %5d %5d %4d %10.0f %10.0f  %-18s %9.2f %9.2f  %7s %7s",
        cell.workload().label(),
        cell.depth(),
        pairs.size() - far,
        far,
        figures.a().iops(),
        figures.b().iops(),
        figures.ratio().text(),
        figures.a().p50Us(),
        figures.b().p50Us(),
        trips(figures.a()),
        trips(figures.b()));
    for (Figures.Beside reference : figures.references().values()) {
      out.printf(Locale.ROOT, "  %10.0f  %-18s", reference.iops(), reference.ratio().text());
    }
    out.println();
  }

  private static String trips(Figures.OfDisk disk) {
    return Double.isNaN(disk.roundTrips())
        ? ""
        : String.format(Locale.ROOT, "%.1f", disk.roundTrips());
  }

  Map<String, Object> json(String a, String b) {
    PerfOptions first = cells.getFirst().cell();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("a", a);
    json.put("b", b);
    json.put("bytes", first.bytes());
    json.put("queues", first.queues());
    json.put("near_ns", Pair.NEAR_NS);
    json.put("cells", cells.stream().map(ComparisonReport::json).toList());
    return json;
  }

  private static Map<String, Object> json(CellPairs pairs) {
    PerfOptions cell = pairs.cell();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("workload", cell.workload().label());
    json.put("read_percent", cell.readPercent());
    json.put("depth", cell.depth());
    json.put("pairs", pairs.all().size());
    json.put("near_pairs", pairs.near().size());
    if (!pairs.near().isEmpty()) {
      json.put("near", Figures.of(cell, pairs.near()).json());
    }
    json.put("all", Figures.of(cell, pairs.all()).json());
    json.put("samples", pairs.all().stream().map(ComparisonReport::json).toList());
    return json;
  }

  private static Map<String, Object> json(Pair pair) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("near", pair.near());
    json.put("a", json(pair.a()));
    json.put("b", json(pair.b()));
    json.put("references_iops", pair.referenceIops());
    return json;
  }

  static Map<String, Object> json(Probed probed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("round_trip_before_ns", probed.beforeNs());
    json.put("round_trip_after_ns", probed.afterNs());
    json.putAll(SampleReport.json(probed.sample()));
    return json;
  }
}

package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Pair.Probed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Medians over some pairs of one cell.
 *
 * @param pairs how many
 * @param ratio of the requests per second, of the first disk to the second
 */
record Figures(int pairs, OfDisk a, OfDisk b, Ratio ratio, Map<String, Beside> references) {
  /**
   * One disk.
   *
   * @param roundTrips between the cores that a request takes; NaN where several are in flight
   */
  record OfDisk(double iops, double p50Us, double p99Us, double roundTrips) {}

  /**
   * A median of ratios.
   *
   * @param interval between which it lies with a probability of 95 %; empty when they are too few
   */
  record Ratio(double median, Optional<Statistics.Interval> interval) {
    static Ratio of(double... ratios) {
      return new Ratio(
          Statistics.median(ratios),
          ratios.length < Statistics.FEWEST_FOR_INTERVAL
              ? Optional.empty()
              : Optional.of(Statistics.interval95(ratios)));
    }

    String text() {
      return String.format(Locale.ROOT, "%.2f", median)
          + interval
              .map(
                  limits -> String.format(Locale.ROOT, " (%.2f-%.2f)", limits.low(), limits.high()))
              .orElse("");
    }
  }

  /** A reference, and what the first disk reached of it. */
  record Beside(double iops, Ratio ratio) {}

  /** Of at least one pair. */
  static Figures of(PerfOptions cell, List<Pair> pairs) {
    Map<String, Beside> references = new LinkedHashMap<>();
    for (String name : pairs.getFirst().referenceIops().keySet()) {
      references.put(
          name,
          new Beside(
              median(pairs, pair -> pair.referenceIops().get(name)),
              Ratio.of(values(pairs, pair -> pair.ratioTo(name)))));
    }
    return new Figures(
        pairs.size(),
        side(cell, pairs.stream().map(Pair::a).toList()),
        side(cell, pairs.stream().map(Pair::b).toList()),
        Ratio.of(values(pairs, Pair::ratio)),
        references);
  }

  private static OfDisk side(PerfOptions cell, List<Probed> samples) {
    return new OfDisk(
        median(samples, probed -> probed.sample().iops()),
        median(samples, probed -> microseconds(probed, 50)),
        median(samples, probed -> microseconds(probed, 99)),
        cell.alone() ? median(samples, Probed::roundTrips) : Double.NaN);
  }

  private static double microseconds(Probed probed, double percentile) {
    return probed.sample().latencies().getValueAtPercentile(percentile) / 1000.0;
  }

  private static <T> double median(List<T> list, ToDoubleFunction<T> value) {
    return Statistics.median(values(list, value));
  }

  private static <T> double[] values(List<T> list, ToDoubleFunction<T> value) {
    return list.stream().mapToDouble(value).toArray();
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pairs", pairs);
    json.put("a", json(a));
    json.put("b", json(b));
    json.put("ratio", json(ratio));
    Map<String, Object> beside = new LinkedHashMap<>();
    references.forEach(
        (name, reference) ->
            beside.put(name, Map.of("iops", reference.iops, "ratio_of_a", json(reference.ratio))));
    json.put("references", beside);
    return json;
  }

  private static Map<String, Object> json(OfDisk side) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("iops", side.iops);
    json.put("p50_us", side.p50Us);
    json.put("p99_us", side.p99Us);
    if (!Double.isNaN(side.roundTrips)) {
      json.put("round_trips", side.roundTrips);
    }
    return json;
  }

  private static Map<String, Object> json(Ratio ratio) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("median", ratio.median);
    ratio.interval.ifPresent(
        limits -> {
          json.put("low", limits.low());
          json.put("high", limits.high());
        });
    return json;
  }
}

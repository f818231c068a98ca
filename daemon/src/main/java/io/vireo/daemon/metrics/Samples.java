package io.vireo.daemon.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one moment, as Prometheus' library wants them. One thread. */
final class Samples implements Measurements {
  private final Map<Metric, Map<Labels, DataPointSnapshot>> points = new LinkedHashMap<>();

  /** None yet, of {@code declared} metrics. */
  Samples(List<Metric> declared) {
    declared.forEach(metric -> points.put(metric, new LinkedHashMap<>()));
  }

  @Override
  public void put(Metric metric, double value, String... values) {
    Labels labels = labels(metric, values);
    DataPointSnapshot point =
        switch (metric.type()) {
          case COUNTER -> new CounterDataPointSnapshot(value, labels, null, 0);
          case GAUGE -> new GaugeDataPointSnapshot(value, labels, null);
          case INFO -> new InfoDataPointSnapshot(labels);
          case HISTOGRAM ->
              throw new IllegalArgumentException(metric.name() + " is a metric of histograms");
        };
    points.get(metric).put(labels, point);
  }

  @Override
  public void put(Metric metric, Histogram latencies, String... values) {
    Labels labels = labels(metric, values);
    if (metric.type() != Metric.Type.HISTOGRAM) {
      throw new IllegalArgumentException(metric.name() + " is no metric of histograms");
    }
    points
        .get(metric)
        .put(
            labels,
            new HistogramDataPointSnapshot(
                LatencyBuckets.of(latencies),
                LatencyBuckets.sumSeconds(latencies),
                labels,
                Exemplars.EMPTY,
                0));
  }

  private Labels labels(Metric metric, String... values) {
    if (!points.containsKey(metric)) {
      throw new IllegalArgumentException(metric.name() + " was not declared");
    }
    if (values.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          "%s has %d labels, not %d"
              .formatted(metric.name(), metric.labels().size(), values.length));
    }
    return Labels.of(metric.labels(), List.of(values));
  }

  /** Adds all of another source's. */
  void addAll(Samples others) {
    others.points.forEach((metric, figures) -> points.get(metric).putAll(figures));
  }

  MetricSnapshots snapshots() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    points.forEach((metric, figures) -> snapshots.add(snapshot(metric, figures.values())));
    return new MetricSnapshots(snapshots);
  }

  private static MetricSnapshot snapshot(Metric metric, Collection<DataPointSnapshot> figures) {
    // The library writes the ending of counters and infos itself.
    MetricMetadata metadata =
        new MetricMetadata(metric.name().replaceFirst("_(total|info)$", ""), metric.help() + ".");
    return switch (metric.type()) {
      case COUNTER -> new CounterSnapshot(metadata, cast(CounterDataPointSnapshot.class, figures));
      case GAUGE -> new GaugeSnapshot(metadata, cast(GaugeDataPointSnapshot.class, figures));
      case INFO -> new InfoSnapshot(metadata, cast(InfoDataPointSnapshot.class, figures));
      case HISTOGRAM ->
          new HistogramSnapshot(metadata, cast(HistogramDataPointSnapshot.class, figures));
    };
  }

  private static <P> List<P> cast(Class<P> type, Collection<DataPointSnapshot> figures) {
    return figures.stream().map(type::cast).toList();
  }
}

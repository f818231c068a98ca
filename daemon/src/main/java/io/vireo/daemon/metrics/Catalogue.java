package io.vireo.daemon.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Metric;
import io.vireo.daemon.rpc.JsonRpcServer;
import io.vireo.reactor.ReactorGroup;
import io.vireo.vhost.VhostServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All metrics of a target and the way to their figures. Any thread.
 *
 * <p>However many ask, the figures are read ten times a second at most: who asks in between gets
 * those of the last time.
 */
public final class Catalogue {
  private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
  private static final long FRESH_NS = 100_000_000;

  private static final Metric FAILURES =
      Metric.counter(
          "vireo_metrics_failures_total",
          "How often some of these figures could not be read; the log tells why");

  private final List<Source> sources;
  private final List<Metric> metrics = new ArrayList<>(List.of(FAILURES));
  private final LongSupplier clockNs;
  private final Set<String> failed = new HashSet<>(); // guarded by this, as all below
  private long failures;
  private MetricSnapshots last;
  private long lastNs;

  /** Those of a target with these parts. */
  public static Catalogue of(
      ReactorGroup reactors,
      BdevRegistry bdevs,
      VhostServer vhost,
      JsonRpcServer rpc,
      List<BdevModule> modules) {
    List<Source> sources = new ArrayList<>();
    sources.add(new ReactorSource(reactors));
    sources.add(new BdevSource(bdevs));
    sources.add(new VhostSource(vhost));
    modules.forEach(module -> sources.add(Source.of(module)));
    sources.add(new RpcSource(rpc));
    sources.add(new ProcessSource());
    return new Catalogue(sources, System::nanoTime);
  }

  /**
   * @throws IllegalArgumentException when two metrics have one name
   */
  Catalogue(List<Source> sources, LongSupplier clockNs) {
    this.sources = List.copyOf(sources);
    this.clockNs = clockNs;
    sources.forEach(source -> metrics.addAll(source.metrics()));
    Set<String> names = new HashSet<>();
    for (Metric metric : metrics) {
      if (!names.add(metric.name())) {
        throw new IllegalArgumentException("two metrics are named " + metric.name());
      }
    }
  }

  /** All that there may be figures of. */
  public List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  /** The figures of now, or of just before. */
  synchronized MetricSnapshots figures() {
    long nowNs = clockNs.getAsLong();
    if (last == null || nowNs - lastNs >= FRESH_NS) {
      last = measure();
      lastNs = nowNs;
    }
    return last;
  }

  private MetricSnapshots measure() {
    Samples all = new Samples(metrics);
    for (Source source : sources) {
      try {
        Samples own = new Samples(source.metrics());
        source.measure(own);
        all.addAll(own);
      } catch (RuntimeException | Error e) { // of one plugin, perhaps: the others go on
        failures++;
        if (failed.add(source.name())) {
          LOG.error("{} could not tell its figures", source.name(), e);
        }
      }
    }
    all.put(FAILURES, failures);
    return all.snapshots();
  }
}

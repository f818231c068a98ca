package io.vireo.daemon.metrics;

import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorStats;
import java.util.List;

/** The reactors, by their CPU. */
final class ReactorSource implements Source {
  private static final String CPU = "cpu";

  private static final Metric BUSY =
      Metric.counter("vireo_reactor_busy_seconds_total", "Time in laps that found work", CPU);
  private static final Metric IDLE =
      Metric.counter(
          "vireo_reactor_idle_seconds_total", "Time in laps that found none, and asleep", CPU);
  private static final Metric LAPS =
      Metric.counter("vireo_reactor_laps_total", "Rounds of the loop", CPU);
  private static final Metric LONG_LAPS =
      Metric.counter(
          "vireo_reactor_long_laps_total",
          "Laps above 100 us, since the longest one was set back",
          CPU);
  private static final Metric LONGEST_LAP =
      Metric.gauge(
          "vireo_reactor_longest_lap_seconds",
          "Longest time between two looks at everything, sleep excepted",
          CPU);
  private static final Metric SLEEPS =
      Metric.counter("vireo_reactor_sleeps_total", "How often it slept", CPU);
  private static final Metric FAULTS =
      Metric.counter(
          "vireo_reactor_memory_faults_total",
          "Accesses to memory behind the end of a truncated file",
          CPU);
  private static final Metric PARKED =
      Metric.gauge(
          "vireo_reactor_parked_pollers", "Queues that are idle and looked at rarely", CPU);

  private final ReactorGroup reactors;

  ReactorSource(ReactorGroup reactors) {
    this.reactors = reactors;
  }

  @Override
  public List<Metric> metrics() {
    return List.of(BUSY, IDLE, LAPS, LONG_LAPS, LONGEST_LAP, SLEEPS, FAULTS, PARKED);
  }

  @Override
  public void measure(Measurements to) {
    for (Reactor reactor : reactors.reactors()) {
      String cpu = Integer.toString(reactor.cpu());
      ReactorStats stats = reactor.stats();
      to.put(BUSY, Seconds.ofNs(stats.busyNs()), cpu);
      to.put(IDLE, Seconds.ofNs(stats.idleNs()), cpu);
      to.put(LAPS, stats.laps(), cpu);
      to.put(LONG_LAPS, stats.longLaps(), cpu);
      to.put(LONGEST_LAP, Seconds.ofNs(stats.longestLapNs()), cpu);
      to.put(SLEEPS, stats.sleeps(), cpu);
      to.put(FAULTS, stats.memoryFaults(), cpu);
      to.put(PARKED, stats.parkedPollers(), cpu);
    }
  }
}

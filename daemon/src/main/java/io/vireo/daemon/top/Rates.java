package io.vireo.daemon.top;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a target did between two samples. What is not known, because there is no earlier sample or a
 * counter began anew meanwhile, is NaN and never negative.
 */
record Rates(
    String version,
    long pid,
    long uptimeNs,
    List<Reactor> reactors,
    List<Controller> controllers,
    List<Bdev> bdevs) {

  private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double P99 = 0.99;

  /**
   * @param busy the part of its time with work, 0 to 1
   * @param longestLapNs since the target runs
   */
  record Reactor(int cpu, double busy, double sleeps, double longLaps, long longestLapNs) {}

  /**
   * @param shared whether other controllers have the same bdev, from whose counters the bytes come
   * @param estimated whether its latency is the bdev's too
   * @param state what its front-ends do with it, in a word
   */
  record Controller(
      String name,
      String bdev,
      int frontEnds,
      double iops,
      double bytesPerSecond,
      double averageNs,
      double p99Ns,
      double depth,
      int inFlight,
      double failures,
      boolean shared,
      boolean estimated,
      State state)
      implements Row {}

  /** How a controller is. */
  enum State {
    RUNNING,
    /** Front-ends are connected, and none has started a queue. */
    CONNECTED,
    /** Nobody is connected. */
    IDLE,
    /** A queue was broken by what its driver did. */
    BROKEN,
    /** Its bdev was removed. */
    NO_BDEV
  }

  /** Reads, writes and unmaps apart, each per second. */
  record Bdev(
      String name,
      double reads,
      double writes,
      double unmaps,
      double bytesRead,
      double bytesWritten,
      double averageNs,
      double p99Ns,
      double errors)
      implements Row {
    @Override
    public double iops() {
      return reads + writes + unmaps;
    }

    @Override
    public double bytesPerSecond() {
      return bytesRead + bytesWritten;
    }

    @Override
    public double depth() {
      return depthOf(iops(), averageNs);
    }
  }

  /**
   * The difference.
   *
   * @param before null when there is none
   */
  static Rates between(Sample before, Sample after) {
    Sample first =
        before != null && Sampler.continues(before, after.pid(), after.uptimeNs()) ? before : null;
    List<Bdev> bdevs = new BdevRates(first, after).all();
    return new Rates(
        after.version(),
        after.pid(),
        after.uptimeNs(),
        reactors(first, after),
        new ControllerRates(first, after, bdevs).all(),
        bdevs);
  }

  private static List<Reactor> reactors(Sample before, Sample after) {
    Map<Integer, Sample.Reactor> earlier = byKey(before, Sample::reactors, Sample.Reactor::cpu);
    return after.reactors().stream()
        .map(reactor -> reactor(earlier.get(reactor.cpu()), reactor))
        .toList();
  }

  /** By its own time, which it counts when a lap, or its sleep, ends. */
  private static Reactor reactor(Sample.Reactor before, Sample.Reactor after) {
    double busy = Double.NaN;
    double sleeps = Double.NaN;
    double longLaps = Double.NaN;
    if (before != null) {
      double busyNs = after.busyNs() - before.busyNs();
      double ns = busyNs + after.idleNs() - before.idleNs();
      busy = ns > 0 ? busyNs / ns : 0; // it slept all the time
      sleeps = ns > 0 ? perSecond(before.sleeps(), after.sleeps(), ns) : 0;
      longLaps = ns > 0 ? perSecond(before.longLaps(), after.longLaps(), ns) : 0;
    }
    return new Reactor(after.cpu(), busy, sleeps, longLaps, after.longestLapNs());
  }

  /** What has a counter went up by in a second; NaN when it went down, or there was no time. */
  static double perSecond(long before, long after, double ns) {
    return after < before || ns <= 0 ? Double.NaN : (after - before) * NS_PER_SECOND / ns;
  }

  /** By Little's law; nothing in flight where there are no requests, whatever their latency. */
  static double depthOf(double iops, double averageNs) {
    return iops == 0 ? 0 : iops * averageNs / NS_PER_SECOND;
  }

  static double p99Ns(Buckets latencies) {
    return latencies == null ? Double.NaN : latencies.quantileNs(P99);
  }

  /** Parts of an earlier sample, if there is one. */
  static <K, V> Map<K, V> byKey(
      Sample sample, Function<Sample, List<V>> parts, Function<V, K> key) {
    return sample == null
        ? Map.of()
        : parts.apply(sample).stream()
            .collect(Collectors.toMap(key, part -> part, (a, b) -> a, HashMap::new));
  }
}

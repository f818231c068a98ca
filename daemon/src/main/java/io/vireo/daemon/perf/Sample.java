package io.vireo.daemon.perf;

import org.HdrHistogram.Histogram;

/**
 * What a disk did in some time.
 *
 * @param requests that ended
 * @param bytes of one request; 0 when it moves no data
 * @param ns the time
 * @param lapNs of the generator, on average: it sees no answer any sooner
 * @param latencies of each request, ns
 */
record Sample(long requests, int bytes, long ns, double lapNs, Histogram latencies) {
  double iops() {
    return requests * 1e9 / ns;
  }

  /** Both, one after the other. */
  Sample plus(Sample next) {
    Histogram all = latencies.copy();
    all.add(next.latencies);
    double laps = ns / lapNs + next.ns / next.lapNs;
    return new Sample(requests + next.requests, bytes, ns + next.ns, (ns + next.ns) / laps, all);
  }

  /** Both, at the same time. */
  Sample beside(Sample other) {
    Histogram all = latencies.copy();
    all.add(other.latencies);
    long longer = Math.max(ns, other.ns);
    return new Sample(requests + other.requests, bytes, longer, (lapNs + other.lapNs) / 2, all);
  }

  double mebibytesPerSecond() {
    return iops() * bytes / (1 << 20);
  }
}

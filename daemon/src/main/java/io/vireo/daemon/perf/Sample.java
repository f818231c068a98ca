package io.vireo.daemon.perf;

import org.HdrHistogram.Histogram;

/**
 * What a disk did in some time.
 *
 * @param requests that ended
 * @param bytes of one request; 0 when it moves no data
 * @param ns the time
 * @param latencies of each request, ns
 */
record Sample(long requests, int bytes, long ns, Histogram latencies) {
  double iops() {
    return requests * 1e9 / ns;
  }

  double mebibytesPerSecond() {
    return iops() * bytes / (1 << 20);
  }
}

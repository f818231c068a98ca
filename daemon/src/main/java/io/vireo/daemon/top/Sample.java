package io.vireo.daemon.top;

import java.util.List;
import java.util.Map;

/**
 * What a target's counters were at one moment. Times are in nanoseconds.
 *
 * @param pid of the target
 * @param uptimeNs since its reactors run
 * @param atNs when the bdevs' counters were read, by the target's clock
 * @param controllersAtNs when the controllers' were, by a clock of ours
 */
record Sample(
    String version,
    long pid,
    long uptimeNs,
    long atNs,
    long controllersAtNs,
    List<Reactor> reactors,
    List<Controller> controllers,
    List<Bdev> bdevs) {

  /**
   * @param longestLapNs since the target runs, or somebody set it back
   * @param longLaps laps above 100 us since then
   */
  record Reactor(
      int cpu, long busyNs, long idleNs, long sleeps, long longestLapNs, long longLaps) {}

  /**
   * @param bdev its name; null when it was removed
   * @param frontEnds who is connected
   * @param broken whether one of its queues is
   * @param queues those that run, of all its sessions
   * @param latencies of its queues; null when they have no histograms
   */
  record Controller(
      String name,
      String bdev,
      int frontEnds,
      boolean broken,
      Map<String, Queue> queues,
      Map<String, Buckets> latencies) {}

  /**
   * @param requests taken from the ring since it runs
   */
  record Queue(long requests, long failed, int inFlight) {
    /** Requests that have ended. */
    long ended() {
      return requests - inFlight;
    }
  }

  /**
   * @param errors requests that ended with another status than success
   * @param latencies null when it has no histogram
   */
  record Bdev(
      String name,
      Operations reads,
      Operations writes,
      Operations unmaps,
      long errors,
      Buckets latencies) {}

  /**
   * @param latencyNs sum of all their latencies
   */
  record Operations(long count, long bytes, long latencyNs) {}
}

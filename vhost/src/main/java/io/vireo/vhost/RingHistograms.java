package io.vireo.vhost;

import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.LatencyRecorder;
import io.vireo.virtio.QueueBudget;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The latencies of a session's rings since histograms were enabled. A ring keeps what was counted
 * when one queue of it ends and another begins, as in each restart of a guest. Any control thread;
 * the monitor guards everything and is never taken by a reactor's thread.
 */
final class RingHistograms implements AutoCloseable {
  private final List<RunningQueue> running;
  private final QueueBudget budget;
  private final SortedMap<Integer, LatencyRecorder> recorders = new TreeMap<>();
  private HistogramOptions options; // null: disabled

  /**
   * @param running the session's queues at any moment
   * @param budget a front-end chooses how many rings there are, so the buckets come from here
   */
  RingHistograms(List<RunningQueue> running, QueueBudget budget) {
    this.running = running;
    this.budget = budget;
  }

  /** Begins anew on all rings, those to come included; null ends it. */
  synchronized void enable(HistogramOptions next) {
    close();
    options = next;
    running.forEach(this::attach);
  }

  private void attach(RunningQueue queue) {
    int ring = queue.index();
    // Without memory for it a ring does its work uncounted.
    if (options != null && !recorders.containsKey(ring) && budget.takeToGrow(options.heapBytes())) {
      recorders.put(ring, new LatencyRecorder(options));
    }
    queue.recorder(recorders.get(ring));
  }

  /** This queue has begun to run. */
  synchronized void started(RunningQueue queue) {
    if (options != null) {
      attach(queue);
    }
  }

  /** What was counted, by ring; empty while disabled. */
  synchronized SortedMap<Integer, Histogram> sums() {
    SortedMap<Integer, Histogram> sums = new TreeMap<>();
    recorders.forEach(
        (ring, recorder) -> {
          Histogram sum = new Histogram(options.layout());
          recorder.addTo(sum);
          sums.put(ring, sum);
        });
    return sums;
  }

  /** The session has ended. */
  @Override
  public synchronized void close() {
    if (options != null) {
      budget.give(recorders.size() * options.heapBytes());
    }
    recorders.clear();
    options = null;
  }
}

package io.vireo.vhost;

import io.vireo.virtio.QueueCounters;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts for a controller, over all its sessions: queues end with their sessions, and with each
 * restart of a guest, and what they did stays here. Any thread.
 */
final class ControllerCounts {
  private final AtomicLong brokenRings = new AtomicLong();
  private final Set<RunningQueue> running = new HashSet<>(); // guarded by this
  private QueueCounters ended = QueueCounters.NONE; // guarded by this

  /** A ring was broken. */
  void broken() {
    brokenRings.incrementAndGet();
  }

  long brokenRings() {
    return brokenRings.get();
  }

  /** This queue has begun to run. */
  synchronized void started(RunningQueue queue) {
    running.add(queue);
  }

  /** It was stopped, and counts no more. */
  synchronized void ended(RunningQueue queue) {
    running.remove(queue);
    ended = ended.plus(queue.lastCounters());
  }

  /**
   * The sums; asks the reactors. That is done without the monitor, so that no session waits for
   * another's reactor: a queue that ends meanwhile still tells what it did.
   */
  ControllerTotals totals() {
    List<RunningQueue> queues;
    QueueCounters sum;
    synchronized (this) {
      queues = List.copyOf(running);
      sum = ended;
    }
    int inFlight = 0;
    for (RunningQueue queue : queues) {
      QueueState state = queue.state();
      inFlight += state.inFlight();
      sum = sum.plus(state.counters());
    }
    return new ControllerTotals(inFlight, sum);
  }
}

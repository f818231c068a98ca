package io.vireo.daemon.perf;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The generator's thread, which should be pinned: puts the load on one or more disks at once and
 * polls all their rings in turn without a pause.
 *
 * <p>Nothing is in flight between two measurements.
 */
final class LoadGroup {
  private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Laps without work between two looks at the clock. */
  private static final int IDLE_LAPS = 64;

  /**
   * Requests of one ring that are taken back in one lap when several disks are loaded: in a guest
   * of its own none would wait for another's.
   */
  private static final int SHARED_BATCH = 8;

  private final List<Load> loads;
  private final List<Load> loaded;
  private final List<Load> idle; // connected only
  private final LoadQueue[] queues; // those that have requests
  private long laps;
  private long nextCheckNs;
  private int nextIdle;

  LoadGroup(List<Load> loads) {
    this.loads = List.copyOf(loads);
    loaded = loads.stream().filter(Load::isLoaded).toList();
    idle = loads.stream().filter(load -> !load.isLoaded()).toList();
    queues = loaded.stream().flatMap(load -> load.queues().stream()).toArray(LoadQueue[]::new);
  }

  /**
   * Puts the load on: a while uncounted, then counted, until at least one request of each loaded
   * disk has ended; then waits for what is in flight.
   *
   * @return a sample of each disk
   * @throws IOException when requests fail, data are wrong, or a device is gone
   */
  List<Sample> measure(long uncountedNs, long countedNs) throws IOException {
    nextCheckNs = System.nanoTime();
    for (LoadQueue queue : queues) { // here, for a disk may be measured alone and with others
      queue.batch(loaded.size() > 1 ? SHARED_BATCH : LoadQueue.MAX_BATCH);
    }
    loaded.forEach(Load::begin);
    pollUntil(System.nanoTime() + uncountedNs);
    loaded.forEach(Load::countAnew);
    laps = 0;
    long begin = System.nanoTime();
    pollUntil(begin + countedNs);
    while (loaded.stream().anyMatch(Load::nothingCounted)) { // nothing is no figure
      pollUntil(System.nanoTime() + CHECK_NS);
    }
    long ns = System.nanoTime() - begin;
    double lapNs = (double) ns / laps;
    List<Sample> samples = loads.stream().map(load -> load.sample(ns, lapNs)).toList();
    loaded.forEach(Load::stop);
    drain();
    return samples;
  }

  /** Does what the work still owes, as reading back what was written. */
  void settle() throws IOException {
    for (LoadQueue queue : queues) {
      queue.settle();
    }
    drain();
  }

  private void drain() throws IOException {
    for (LoadQueue queue : queues) {
      while (queue.inFlight() > 0) {
        pollUntil(System.nanoTime() + CHECK_NS);
      }
    }
    checkAll(System.nanoTime());
  }

  private void pollUntil(long untilNs) throws IOException {
    long now = System.nanoTime();
    int idle = 0;
    while (now - untilNs < 0) {
      int done = 0;
      for (LoadQueue queue : queues) {
        int count = queue.poll();
        if (count > 0) {
          done += count;
          now = queue.nowNs();
        }
      }
      laps++;
      if (done > 0) {
        idle = 0;
      } else if (++idle % IDLE_LAPS == 0) {
        now = System.nanoTime();
      } else {
        Thread.onSpinWait();
      }
      if (now - nextCheckNs >= 0) {
        checkAll(now);
      }
    }
  }

  private void checkAll(long now) throws IOException {
    nextCheckNs = now + CHECK_NS;
    for (Load load : loaded) {
      load.check(now);
    }
    if (!idle.isEmpty()) { // in turn: dozens at once would show in the latencies
      idle.get(nextIdle++ % idle.size()).check(now);
    }
  }
}

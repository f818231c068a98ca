package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import org.HdrHistogram.Histogram;

/**
 * The generator's thread only. One ring under load: as often as a request ends, the next one of its
 * slot begins.
 *
 * <p>With a pause ({@link #think}) a slot rests between two requests, as a guest does that has
 * little to do.
 *
 * <p>The clock is read once a lap, after what follows was shown to the device, so that reading it
 * costs no request anything. A latency is the time between two such moments.
 */
final class LoadQueue {
  /** Requests that are taken back in one lap, at most. */
  static final int MAX_BATCH = 64;

  private final FrontendRing ring;
  private final BlkDriver driver;
  private final Work work;
  private final int depth;
  private final int[] slotOf; // by tag
  private final long[] begunNs; // by slot; while it rests, since when
  private final int[] ended = new int[MAX_BATCH]; // slots whose requests ended in this lap
  private final int[] resting; // slots that rest, a circle
  private int firstResting;
  private int restingCount;
  private int batch = MAX_BATCH;
  private final Histogram latencies;
  private int inFlight;
  private boolean stopping; // no request follows but what the work still owes
  private long thinkNs;
  private long total;
  private long uncounted;
  private long failed;
  private int firstFailure;
  private long nowNs;

  LoadQueue(FrontendRing ring, BlkDriver driver, Work work, int depth, Histogram latencies) {
    this.ring = ring;
    this.driver = driver;
    this.work = work;
    this.depth = depth;
    this.latencies = latencies;
    slotOf = new int[ring.size()];
    begunNs = new long[depth];
    resting = new int[depth];
    driver.ring().suppressInterrupts();
  }

  /** Requests that are taken back in one lap from now on. */
  void batch(int requests) {
    batch = requests;
  }

  /** How long a slot rests between two requests. */
  void think(long ns) {
    thinkNs = ns;
  }

  /** Begins with as many requests as the depth allows. */
  void fill() {
    stopping = false;
    for (int slot = 0; slot < depth; slot++) {
      start(slot);
    }
    publish();
    nowNs = System.nanoTime();
    for (int slot = 0; slot < depth; slot++) {
      begunNs[slot] = nowNs;
    }
  }

  /** Reads back what the work still owes; after all requests have ended. */
  void settle() {
    for (int slot = 0; slot < depth && !work.finished(); slot++) {
      start(slot);
    }
    publish();
  }

  /** From now on requests end and none follows. */
  void stop() {
    stopping = true;
    restingCount = 0;
  }

  /** Takes back what has ended and goes on; how many. */
  int poll() {
    int tag = driver.poll();
    if (tag >= 0) {
      return work(tag);
    }
    if (restingCount > 0) {
      startRested();
    }
    return 0;
  }

  private int work(int first) {
    int tag = first;
    int count = 0;
    do {
      int slot = slotOf[tag];
      int status = driver.status(tag);
      if (status == BlkStatus.OK) {
        work.ended(slot);
      } else {
        failed(status);
      }
      inFlight--;
      if (thinkNs > 0 && !stopping) {
        rest(slot);
      } else if (!stopping || !work.finished()) {
        start(slot);
      }
      ended[count++] = slot;
    } while (count < batch && (tag = driver.poll()) >= 0);
    publish();
    nowNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      latencies.recordValue(nowNs - begunNs[ended[i]]);
      begunNs[ended[i]] = nowNs;
    }
    total += count;
    return count;
  }

  private void rest(int slot) {
    resting[(firstResting + restingCount++) % depth] = slot;
  }

  /** Goes on with the slots that have rested long enough. What waking the device costs counts. */
  private void startRested() {
    long now = System.nanoTime();
    boolean any = false;
    while (restingCount > 0 && now - begunNs[resting[firstResting]] >= thinkNs) {
      int slot = resting[firstResting];
      firstResting = (firstResting + 1) % depth;
      restingCount--;
      start(slot);
      begunNs[slot] = now;
      any = true;
    }
    if (any) {
      publish();
    }
  }

  private void start(int slot) {
    slotOf[work.start(driver, slot)] = slot;
    inFlight++;
  }

  private void publish() {
    if (driver.publish()) {
      ring.kick().signal();
    }
  }

  private void failed(int status) {
    if (failed++ == 0) {
      firstFailure = status;
    }
  }

  /** Forgets what was counted so far. */
  void countAnew() {
    uncounted = total;
  }

  int inFlight() {
    return inFlight;
  }

  /** Requests that have ended since {@link #countAnew}. */
  long counted() {
    return total - uncounted;
  }

  /** Requests that have ended. */
  long total() {
    return total;
  }

  /** When the last lap that did anything ended. */
  long nowNs() {
    return nowNs;
  }

  /** What went wrong so far; null when nothing did. */
  String trouble() {
    if (failed > 0) {
      return "%d requests failed, the first with status %s"
          .formatted(
              failed,
              switch (firstFailure) {
                case BlkStatus.IOERR -> "IOERR";
                case BlkStatus.UNSUPP -> "UNSUPP";
                default -> String.valueOf(firstFailure);
              });
    }
    return work.mismatch();
  }
}

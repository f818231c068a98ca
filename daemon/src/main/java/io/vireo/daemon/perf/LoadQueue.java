package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import org.HdrHistogram.Histogram;

/**
 * The generator's thread only. One ring under load: as often as a request ends, the next one of its
 * slot begins.
 *
 * <p>The clock is read once a lap, after what follows was shown to the device, so that reading it
 * costs no request anything. A latency is the time between two such moments.
 */
final class LoadQueue {
  /** Requests that are taken back in one lap. */
  private static final int BATCH = 64;

  private final FrontendRing ring;
  private final BlkDriver driver;
  private final Work work;
  private final int depth;
  private final int[] slotOf; // by tag
  private final long[] begunNs; // by slot
  private final int[] batch = new int[BATCH]; // slots whose requests ended in this lap
  private final Histogram latencies;
  private int inFlight;
  private boolean stopping; // no request follows but what the work still owes
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
    driver.ring().suppressInterrupts();
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
  }

  /** Takes back what has ended and goes on; how many. */
  int poll() {
    int tag = driver.poll();
    return tag < 0 ? 0 : work(tag);
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
      if (!stopping || !work.finished()) {
        start(slot);
      }
      batch[count++] = slot;
    } while (count < BATCH && (tag = driver.poll()) >= 0);
    publish();
    nowNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      latencies.recordValue(nowNs - begunNs[batch[i]]);
      begunNs[batch[i]] = nowNs;
    }
    total += count;
    return count;
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
    latencies.reset();
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

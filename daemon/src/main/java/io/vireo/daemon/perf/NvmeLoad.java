package io.vireo.daemon.perf;

import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeIoCompletion;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.TransportQueue;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A namespace under load over one queue pair: as often as an I/O ends, the next one of its slot
 * begins. The loading thread only, but for {@link #total}.
 *
 * <p>The clock is read once a lap, after the doorbell, so that reading it costs no I/O anything. A
 * latency is the time between two such moments.
 */
final class NvmeLoad {
  private static final int BATCH = 64;
  private static final int IDLE_LAPS = 64;
  private static final int CHECK_LAPS = 1024;
  private static final int SECTOR_SHIFT = 9;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long HIGHEST_LATENCY_NS = TimeUnit.SECONDS.toNanos(100);
  private static final int DIGITS = 3;

  /** One of the depth. */
  private final class Slot implements NvmeIoCompletion {
    final NvmeIo io = new NvmeIo(this, 1);
    long begunNs;

    @Override
    public void completed(NvmeIo ended, int status) {
      if (NvmeStatus.isError(status) && failed++ == 0) {
        firstFailure = status;
      }
      inFlight--;
      endedSlots[endedCount++] = this;
      if (!stopping) {
        start(this);
      }
    }
  }

  private final IoQueuePair pair;
  private final NamespaceQueue queue;
  private final Area area;
  private final int readPercent;
  private final int bytes;
  private final int sectorsToBlocksShift;
  private final long blocks; // of one I/O
  private final Slot[] slots;
  private final Slot[] endedSlots = new Slot[BATCH]; // in this lap
  private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NS, DIGITS);
  private int endedCount;
  private int inFlight;
  private boolean stopping;
  private long failed;
  private int firstFailure;
  private int refusal;
  private long counted;
  private long laps;
  private long lastEndNs;
  private long all;
  private volatile long total; // the same, for others

  /**
   * @param buffers where the slots' data lie, one behind the other; the controller reaches them
   */
  NvmeLoad(
      IoQueuePair pair,
      NamespaceQueue queue,
      int blockShift,
      Area area,
      PerfOptions options,
      long buffers) {
    this.pair = pair;
    this.queue = queue;
    this.area = area;
    this.readPercent = options.readPercent();
    this.bytes = options.bytes();
    this.sectorsToBlocksShift = blockShift - SECTOR_SHIFT;
    this.blocks = (long) bytes >>> blockShift;
    this.slots = new Slot[options.depth()];
    latencies.setAutoResize(true);
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
      slots[i].io.addData(buffers + (long) i * bytes, bytes);
    }
  }

  /** I/Os that have ended, warm-up included. Any thread. */
  long total() {
    return total;
  }

  /**
   * Puts the load on: a while uncounted, then counted, until at least one I/O has ended; then waits
   * for what is in flight.
   *
   * @throws IOException when I/Os fail, or none ends for ten seconds
   */
  Sample measure(long uncountedNs, long countedNs) throws IOException {
    for (Slot slot : slots) {
      start(slot);
    }
    pair.ring();
    lastEndNs = System.nanoTime();
    for (Slot slot : slots) {
      slot.begunNs = lastEndNs;
    }
    pollUntil(System.nanoTime() + uncountedNs);
    latencies.reset();
    counted = 0;
    laps = 0;
    long begin = System.nanoTime();
    pollUntil(begin + countedNs);
    while (counted == 0) { // nothing is no figure
      pollUntil(System.nanoTime() + 1);
    }
    long ns = System.nanoTime() - begin;
    Sample sample = new Sample(counted, bytes, ns, (double) ns / laps, latencies.copy());
    stopping = true;
    while (inFlight > 0) {
      pollUntil(System.nanoTime() + 1);
    }
    return sample;
  }

  private void start(Slot slot) {
    long lba = area.sector(area.next()) >>> sectorsToBlocksShift;
    int taken = reads() ? queue.read(slot.io, lba, blocks) : queue.write(slot.io, lba, blocks, 0);
    if (taken == TransportQueue.SUBMITTED) {
      inFlight++;
    } else {
      refusal = taken;
    }
  }

  private boolean reads() {
    return readPercent == 100 || (readPercent > 0 && area.percent() < readPercent);
  }

  private void pollUntil(long untilNs) throws IOException {
    long now;
    int idle = 0;
    do {
      if (++laps % CHECK_LAPS == 0) {
        check(lastEndNs);
      }
      if (poll() > 0) {
        now = lastEndNs;
        idle = 0;
      } else if (++idle % IDLE_LAPS == 0) {
        now = System.nanoTime();
        check(now);
      } else {
        now = lastEndNs;
        Thread.onSpinWait();
      }
    } while (now - untilNs < 0);
    check(now);
  }

  private int poll() {
    endedCount = 0;
    pair.poll(BATCH);
    if (endedCount == 0) {
      return 0;
    }
    pair.ring();
    long now = System.nanoTime();
    for (int i = 0; i < endedCount; i++) {
      latencies.recordValue(now - endedSlots[i].begunNs);
      endedSlots[i].begunNs = now;
      endedSlots[i] = null;
    }
    lastEndNs = now;
    counted += endedCount;
    all += endedCount;
    total = all;
    return endedCount;
  }

  private void check(long now) throws IOException {
    if (failed > 0) {
      throw new IOException(
          "%d I/Os failed, the first with: %s".formatted(failed, NvmeStatus.text(firstFailure)));
    }
    if (refusal != TransportQueue.SUBMITTED) {
      throw new IOException("an I/O was not taken (%d)".formatted(refusal));
    }
    if (inFlight > 0 && now - lastEndNs > PATIENCE_NS) {
      throw new IOException(
          "none of %d I/Os in flight has ended for %d s"
              .formatted(inFlight, TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS)));
    }
  }
}

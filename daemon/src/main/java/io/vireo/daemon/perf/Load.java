package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/**
 * A disk under load. One thread, which should be pinned; it polls without a pause.
 *
 * <p>Nothing is in flight between two measurements.
 */
final class Load implements Side, AutoCloseable {
  private static final int ALIGNMENT = 4096;
  private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long HIGHEST_LATENCY_NS = TimeUnit.SECONDS.toNanos(100);
  private static final int DIGITS = 3;

  /** Laps without work between two looks at the clock. */
  private static final int IDLE_LAPS = 64;

  private final Disk disk;
  private final FrontendMemory memory;
  private final List<FrontendRing> rings = new ArrayList<>();
  private final Map<PerfOptions, LoadQueue[]> queuesOf = new HashMap<>();
  private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NS, DIGITS);
  private LongConsumer progress = total -> {};
  private LoadQueue[] queues = {}; // those of the cell that was measured last
  private long lastDoneNs;
  private long nextCheckNs;

  private Load(Disk disk, Plan plan) {
    this.disk = disk;
    latencies.setAutoResize(true);
    int size = Fit.ringSize(disk, plan.maxDepth(), plan.bytes());
    long bufferBytes = (long) plan.maxDepth() * plan.bytes();
    long perQueue =
        new RingMemory(size, 0).end()
            + (long) size * BlkDriver.SLOT_BYTES
            + bufferBytes
            + 4 * ALIGNMENT;
    memory = FrontendMemory.of("vireo-perf", alignUp(ALIGNMENT + plan.queues() * perQueue));
    plan.cells().forEach(cell -> queuesOf.put(cell, new LoadQueue[cell.queues()]));
    try {
      disk.share(memory);
      for (int i = 0; i < plan.queues(); i++) {
        FrontendRing ring = new FrontendRing(memory, i, size, disk.features());
        rings.add(ring);
        BlkDriver driver = ring.blk(disk.segmentBytes());
        long buffers = memory.allocate(bufferBytes, ALIGNMENT);
        for (PerfOptions cell : plan.cells()) {
          Work work = work(cell, i, buffers);
          queuesOf.get(cell)[i] = new LoadQueue(ring, driver, work, cell.depth(), latencies);
        }
        disk.start(ring);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Sets up the rings on a disk.
   *
   * @throws IOException when one of these loads cannot be put on this disk
   */
  static Load on(Disk disk, Plan plan) throws IOException {
    for (PerfOptions cell : plan.cells()) {
      Fit.check(disk, cell);
    }
    return new Load(disk, plan);
  }

  private Work work(PerfOptions cell, int queue, long buffers) {
    long units = Fit.unitsPerQueue(disk, cell);
    if (cell.workload() == Workload.VERIFY) {
      units = Math.min(units, Verification.MAX_UNITS);
    }
    int bytes = cell.bytes();
    // Another order on each disk: where two lie on the same one, neither follows the other's track.
    long seed = Area.mix(((long) disk.name().hashCode() << Integer.SIZE) + queue);
    Area area = new Area(queue * units, units, bytes, cell.workload().random, seed);
    return switch (cell.workload()) {
      case FLUSH -> new Flushes();
      case UNMAP -> new Unmaps(area);
      case VERIFY -> new Verification(area, buffers, memory.hva(buffers), bytes, cell.depth());
      default -> new Transfers(area, buffers, bytes, cell.readPercent());
    };
  }

  String name() {
    return disk.name();
  }

  /** Told every 10 ms, by the loading thread, how many requests have ended. */
  void onProgress(LongConsumer listener) {
    progress = listener;
  }

  /**
   * Puts a load of the plan on: a while uncounted, then counted, until at least one request has
   * ended; then waits for what is in flight.
   *
   * @throws IOException when requests fail, data are wrong, or the device is gone
   */
  @Override
  public Sample measure(PerfOptions cell, long uncountedNs, long countedNs) throws IOException {
    queues = queuesOf.get(cell);
    long now = System.nanoTime();
    lastDoneNs = now;
    nextCheckNs = now;
    for (LoadQueue queue : queues) {
      queue.fill();
    }
    pollUntil(System.nanoTime() + uncountedNs);
    for (LoadQueue queue : queues) {
      queue.countAnew();
    }
    long begin = System.nanoTime();
    pollUntil(begin + countedNs);
    while (counted() == 0) { // nothing is no figure
      pollUntil(System.nanoTime() + CHECK_NS);
    }
    long ns = System.nanoTime() - begin;
    Sample sample = new Sample(counted(), cell.bytesMoved(), ns, latencies.copy());
    for (LoadQueue queue : queues) {
      queue.stop();
    }
    drain();
    return sample;
  }

  /** Does what the work still owes, as reading back what was written. */
  void settle() throws IOException {
    for (LoadQueue queue : queues) {
      queue.settle();
    }
    drain();
  }

  private long counted() {
    return Arrays.stream(queues).mapToLong(LoadQueue::counted).sum();
  }

  private long total() {
    return Arrays.stream(queues).mapToLong(LoadQueue::total).sum();
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
      if (done > 0) {
        idle = 0;
        lastDoneNs = now;
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
    progress.accept(total());
    disk.check();
    int inFlight = 0;
    for (LoadQueue queue : queues) {
      if (queue.trouble() != null) {
        throw new IOException(disk.name() + ": " + queue.trouble());
      }
      inFlight += queue.inFlight();
    }
    if (inFlight > 0 && now - lastDoneNs > PATIENCE_NS) {
      throw new IOException(
          "%s: none of %d requests in flight has ended for %d s"
              .formatted(disk.name(), inFlight, TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS)));
    }
  }

  private static long alignUp(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Ends the connection first: the device must not write to memory that is gone. */
  @Override
  public void close() {
    disk.close();
    rings.forEach(FrontendRing::close);
    memory.close();
  }
}

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
import org.HdrHistogram.Histogram;

/**
 * A disk under load, or with a guest that is only connected: its rings and what is done on them.
 * The generator's thread only.
 */
final class Load implements Side, AutoCloseable {
  /** Hears how many requests have ended by a moment. */
  @FunctionalInterface
  interface Progress {
    void made(long totalRequests, long nowNs);
  }

  private static final int ALIGNMENT = 4096;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long HIGHEST_LATENCY_NS = TimeUnit.SECONDS.toNanos(100);
  private static final int DIGITS = 3;

  private final Disk disk;
  private final FrontendMemory memory;
  private final List<FrontendRing> rings = new ArrayList<>();
  private final Map<PerfOptions, LoadQueue[]> queuesOf = new HashMap<>();
  private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NS, DIGITS);
  private Progress progress = (total, nowNs) -> {};
  private PerfOptions cell; // that is measured, or was last
  private LoadQueue[] queues;
  private long lastTotal;
  private long lastDoneNs;

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
    plan.cells().forEach(c -> queuesOf.put(c, new LoadQueue[c.queues()]));
    try {
      disk.share(memory);
      for (int i = 0; i < plan.queues(); i++) {
        FrontendRing ring = new FrontendRing(memory, i, size, disk.features());
        rings.add(ring);
        BlkDriver driver = ring.blk(disk.segmentBytes());
        long buffers = memory.allocate(bufferBytes, ALIGNMENT);
        for (PerfOptions c : plan.cells()) {
          Work work = work(c, i, buffers);
          queuesOf.get(c)[i] = new LoadQueue(ring, driver, work, c.depth(), latencies);
        }
        disk.start(ring);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    select(plan.cells().getFirst());
  }

  /**
   * Sets up the rings on a disk, which is this load's to close, whatever follows.
   *
   * @throws IOException when one of these loads cannot be put on this disk
   */
  static Load on(Disk disk, Plan plan) throws IOException {
    try {
      for (PerfOptions cell : plan.cells()) {
        Fit.check(disk, cell);
      }
      return new Load(disk, plan);
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  private Work work(PerfOptions of, int queue, long buffers) {
    long units = Fit.unitsPerQueue(disk, of);
    if (of.workload() == Workload.VERIFY) {
      units = Math.min(units, Verification.MAX_UNITS);
    }
    int bytes = of.bytes();
    // Another order on each disk: where two lie on the same one, neither follows the other's track.
    long seed = Area.mix(((long) disk.name().hashCode() << Integer.SIZE) + queue);
    Area area = new Area(queue * units, units, bytes, of.workload().random, seed);
    return switch (of.workload()) {
      case FLUSH -> new Flushes();
      case UNMAP -> new Unmaps(area);
      case VERIFY -> new Verification(area, buffers, memory.hva(buffers), bytes, of.depth());
      default -> new Transfers(area, buffers, bytes, of.readPercent());
    };
  }

  String name() {
    return disk.name();
  }

  /** Told every 10 ms, by the loading thread, how many requests have ended. */
  void onProgress(Progress listener) {
    progress = listener;
  }

  /** Lets each slot rest so long between two requests. */
  void think(long ns) {
    for (LoadQueue[] ofCell : queuesOf.values()) {
      for (LoadQueue queue : ofCell) {
        queue.think(ns);
      }
    }
  }

  /** Puts a load of the plan on this disk alone; as {@link LoadGroup#measure}. */
  @Override
  public Sample measure(PerfOptions cell, long uncountedNs, long countedNs) throws IOException {
    select(cell);
    return new LoadGroup(List.of(this)).measure(uncountedNs, countedNs).getFirst();
  }

  /** Does what the work still owes, as reading back what was written. */
  void settle() throws IOException {
    new LoadGroup(List.of(this)).settle();
  }

  /** Which load of the plan follows. */
  void select(PerfOptions next) {
    cell = next;
    queues = queuesOf.get(next);
  }

  /** Those of the selected load. */
  List<LoadQueue> queues() {
    return List.of(queues);
  }

  /** Whether there are requests at all, or only a guest that is connected. */
  boolean isLoaded() {
    return cell.depth() > 0;
  }

  /** Begins with as many requests as the depth allows. */
  void begin() {
    lastDoneNs = System.nanoTime();
    for (LoadQueue queue : queues) {
      queue.fill();
    }
  }

  /** Forgets what was counted so far. */
  void countAnew() {
    latencies.reset();
    for (LoadQueue queue : queues) {
      queue.countAnew();
    }
  }

  boolean nothingCounted() {
    return counted() == 0;
  }

  /** What was counted in {@code ns}. */
  Sample sample(long ns, double lapNs) {
    return new Sample(counted(), cell.bytesMoved(), ns, lapNs, latencies.copy());
  }

  /** From now on requests end and none follows. */
  void stop() {
    for (LoadQueue queue : queues) {
      queue.stop();
    }
  }

  private long counted() {
    return Arrays.stream(queues).mapToLong(LoadQueue::counted).sum();
  }

  /**
   * Looks after the disk, now and then.
   *
   * @throws IOException when requests fail, data are wrong, or the device is gone
   */
  void check(long now) throws IOException {
    long total = Arrays.stream(queues).mapToLong(LoadQueue::total).sum();
    progress.made(total, now);
    disk.check();
    int inFlight = 0;
    for (LoadQueue queue : queues) {
      if (queue.trouble() != null) {
        throw new IOException(disk.name() + ": " + queue.trouble());
      }
      inFlight += queue.inFlight();
    }
    if (total != lastTotal || inFlight == 0) {
      lastTotal = total;
      lastDoneNs = now;
    } else if (now - lastDoneNs > PATIENCE_NS) {
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

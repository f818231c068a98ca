package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/**
 * A disk under load. One thread, which should be pinned; it polls without a pause.
 *
 * <p>Nothing is in flight between two measurements.
 */
final class Load implements AutoCloseable {
  private static final int MIN_RING = 128;
  private static final int MAX_RING = 1024;
  private static final int ALIGNMENT = 4096;
  private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long HIGHEST_LATENCY_NS = TimeUnit.SECONDS.toNanos(100);
  private static final int DIGITS = 3;

  /** Laps without work between two looks at the clock. */
  private static final int IDLE_LAPS = 64;

  private final Disk disk;
  private final PerfOptions options;
  private final FrontendMemory memory;
  private final List<FrontendRing> rings = new ArrayList<>();
  private final LoadQueue[] queues;
  private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NS, DIGITS);
  private LongConsumer progress = total -> {};
  private long lastDoneNs;
  private long nextCheckNs;

  private Load(Disk disk, PerfOptions options) {
    this.disk = disk;
    this.options = options;
    latencies.setAutoResize(true);
    int size = ringSize(disk, options);
    long perQueue =
        new RingMemory(size, 0).end()
            + (long) size * BlkDriver.SLOT_BYTES
            + (long) options.depth() * options.bytes()
            + 4 * ALIGNMENT;
    memory = FrontendMemory.of("vireo-perf", alignUp(ALIGNMENT + options.queues() * perQueue));
    queues = new LoadQueue[options.queues()];
    try {
      disk.share(memory);
      for (int i = 0; i < queues.length; i++) {
        FrontendRing ring = new FrontendRing(memory, i, size, disk.features());
        rings.add(ring);
        queues[i] =
            new LoadQueue(ring, ring.blk(disk.segmentBytes()), work(i), options.depth(), latencies);
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
   * @throws IOException when this load cannot be put on this disk
   */
  static Load on(Disk disk, PerfOptions options) throws IOException {
    checkFits(disk, options);
    return new Load(disk, options);
  }

  private static void checkFits(Disk disk, PerfOptions options) throws IOException {
    String workload = options.workload().name().toLowerCase(Locale.ROOT);
    String name = disk.name();
    if (!VirtioFeatures.has(disk.features(), options.workload().feature)) {
      throw new IOException("%s: the disk offers no %s".formatted(name, workload));
    }
    if (options.writes() && (disk.features() & BlkFeatures.RO) != 0) {
      throw new IOException(
          "%s: the disk is read-only and %s writes to it".formatted(name, workload));
    }
    if (options.bytes() % disk.blockBytes() != 0) {
      throw new IOException(
          "%s: requests of %d bytes are no multiple of the disk's block of %d"
              .formatted(name, options.bytes(), disk.blockBytes()));
    }
    if (options.queues() > disk.maxQueues()) {
      throw new IOException(
          "%s: the disk has %d queues, not %d".formatted(name, disk.maxQueues(), options.queues()));
    }
    if (unitsPerQueue(disk, options) < options.depth()) {
      throw new IOException(
          "%s: the disk of %d bytes has no room for %d queues of %d requests of %d bytes"
              .formatted(
                  name, disk.capacityBytes(), options.queues(), options.depth(), options.bytes()));
    }
    if (ringSize(disk, options) > MAX_RING) {
      throw new IOException(
          "%s: %d requests of %d bytes need more than the %d descriptors of a ring"
              .formatted(name, options.depth(), options.bytes(), MAX_RING));
    }
  }

  private static long unitsPerQueue(Disk disk, PerfOptions options) {
    return disk.capacityBytes() / options.bytes() / options.queues();
  }

  private static int ringSize(Disk disk, PerfOptions options) {
    long descriptors =
        options.depth() * BlkDriver.descriptors(options.bytes(), disk.segmentBytes());
    return Integer.highestOneBit((int) Math.max(descriptors, MIN_RING) * 2 - 1);
  }

  private Work work(int queue) {
    long units = unitsPerQueue(disk, options);
    if (options.workload() == Workload.VERIFY) {
      units = Math.min(units, Verification.MAX_UNITS);
    }
    int bytes = options.bytes();
    boolean random = options.workload().random;
    Area area = new Area(queue * units, units, bytes, random, queue + 1L);
    long buffers = memory.allocate((long) options.depth() * bytes, ALIGNMENT);
    return switch (options.workload()) {
      case FLUSH -> new Flushes();
      case UNMAP -> new Unmaps(area);
      case VERIFY -> new Verification(area, buffers, memory.hva(buffers), bytes, options.depth());
      default -> new Transfers(area, buffers, bytes, options.readPercent());
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
   * Puts the load on: a while uncounted, then counted, until at least one request has ended; then
   * waits for what is in flight.
   *
   * @throws IOException when requests fail, data are wrong, or the device is gone
   */
  Sample measure(long uncountedNs, long countedNs) throws IOException {
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
    Sample sample = new Sample(counted(), bytesMoved(), ns, latencies.copy());
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

  private int bytesMoved() {
    return options.workload() == Workload.FLUSH ? 0 : options.bytes();
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

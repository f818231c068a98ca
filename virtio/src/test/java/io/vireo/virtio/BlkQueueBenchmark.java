package io.vireo.virtio;

import io.vireo.bdev.module.ModuleCalls;
import io.vireo.linux.Mem;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.UsedRing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A read of 4 KiB through a queue, in nanoseconds for each: ring, parser, translation, channel,
 * answer, publication. A lap finds {@code batch} requests, so that the reactor's lap, without a
 * clock read, is shared by as many.
 *
 * <p>{@code device}: the same chains are offered again and again, which takes one store a batch, so
 * this is what the device side costs with its ring in the cache. {@code bothSides}: the driver
 * makes each request, reaps it and looks at its status, on the same thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class BlkQueueBenchmark {
  private static final int REQUESTS = 128; // of one invocation
  private static final int ENTRIES = 256;
  private static final int CHAINS = 64; // a part of ENTRIES, and three descriptors each are there
  private static final int BYTES = 4096;
  private static final int BLOCKS = BYTES / 512;

  @Param({"null", "malloc"})
  public String bdev;

  @Param({"1", "4", "32"})
  public int batch;

  @Param({"false", "true"})
  public boolean indirect;

  private final ModuleCalls calls = new ModuleCalls();
  private TestDisk disk;
  private long data;
  private long avail;
  private long used;
  private int offered;
  private long requests;

  /** Makes the chains, has each of them served once and leaves them in the table. */
  @Setup
  public void openDisk() {
    String name =
        bdev.equals("null")
            ? calls.createNull(bdev, CHAINS * BLOCKS)
            : calls.createMalloc(bdev, CHAINS * BLOCKS);
    TestDisk.Builder builder = TestDisk.with().size(ENTRIES).over(calls.bdevs, name);
    disk = (indirect ? builder : builder.without(VirtioFeatures.INDIRECT_DESC)).build();
    disk.split.suppressInterrupts();
    data = disk.ram.allocate(CHAINS * BYTES);
    avail = disk.ram.hva(disk.ringGpa + disk.ring.avail());
    used = disk.ram.hva(disk.ringGpa + disk.ring.used());
    for (int i = 0; i < CHAINS; i++) {
      int head = disk.driver.read((long) i * BLOCKS, data + (long) i * BYTES, BYTES);
      for (int slot = i; slot < ENTRIES; slot += CHAINS) {
        AvailRing.entry(avail, slot, head);
      }
    }
    disk.driver.publish();
    offered = CHAINS;
    serve();
    reap(CHAINS);
    requests = CHAINS;
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void device() {
    for (int i = 0; i < REQUESTS; i += batch) {
      offered += batch;
      Mem.releaseFence();
      AvailRing.idx(avail, offered);
      serve();
    }
    requests += REQUESTS;
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void bothSides() {
    for (int i = 0; i < REQUESTS; i += batch) {
      for (int r = 0; r < batch; r++) {
        int chain = (i + r) % CHAINS;
        disk.driver.read((long) chain * BLOCKS, data + (long) chain * BYTES, BYTES);
      }
      disk.driver.publish();
      offered += batch;
      serve();
      reap(batch);
    }
    requests += REQUESTS;
  }

  /** Laps until the used index says that everything is done. */
  private void serve() {
    for (int laps = 0; UsedRing.idx(used) != (offered & 0xffff); laps++) {
      if (laps == CHAINS) {
        throw new AssertionError("not served; broken: " + disk.queue.broken());
      }
      disk.lap();
    }
  }

  private void reap(int expected) {
    for (int done = 0; done < expected; done++) {
      int tag = disk.driver.poll();
      if (tag < 0
          || disk.driver.status(tag) != BlkStatus.OK
          || disk.driver.writtenBytes() != BYTES + 1) {
        throw new AssertionError("%d of %d reads are done".formatted(done, expected));
      }
    }
  }

  @TearDown
  public void check() {
    QueueCounters counters = disk.queue.counters();
    if (counters.requests() != requests || counters.failed() != 0) {
      throw new AssertionError("%s for %d reads".formatted(counters, requests));
    }
    disk.close();
    calls.clear();
  }
}

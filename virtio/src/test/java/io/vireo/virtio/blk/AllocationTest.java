package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.LatencyRecorder;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In the steady state neither side of a ring allocates a byte. */
class AllocationTest {
  private static final int WARM_UP = 300_000;
  private static final int MEASURED = 1_000_000;
  private static final int DEPTH = 24;

  /**
   * Code that is not compiled yet, or no longer, may allocate what compiled code does not: such a
   * try tells nothing.
   */
  private static final int TRIES = 6;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final ModuleCalls calls = new ModuleCalls();

  /**
   * Reads and writes 4 KiB, keeping the ring filled, until so many are done. Interrupts come all
   * the time: one that comes now and then runs in the interpreter, whose system calls allocate.
   */
  private static void serve(TestDisk disk, long data, int requests) {
    int started = 0;
    for (int done = 0; done < requests; ) {
      while (started < done + DEPTH) {
        long sector = started % 128 * 8L;
        int tag =
            (started & 1) == 0
                ? disk.driver.read(sector, data, 4096)
                : disk.driver.write(sector, data, 4096);
        if (tag < 0) {
          break;
        }
        started++;
      }
      disk.driver.publish();
      disk.lap();
      if (disk.bdev != null) {
        disk.bdev.completeAll();
      }
      do {
        while (disk.driver.poll() >= 0) {
          done++;
        }
      } while (!disk.split.enableInterrupts());
    }
    disk.settle();
    while (disk.driver.poll() >= 0) {}
  }

  private void allocatesNothing(TestDisk.Builder builder) {
    allocatesNothing(builder, false);
  }

  private void allocatesNothing(TestDisk.Builder builder, boolean histograms) {
    try (TestDisk disk = builder.size(64).build()) {
      if (histograms) {
        HistogramOptions options =
            new HistogramOptions(null, BucketLayout.of(7, 0, BucketLayout.MAX_NS));
        disk.device.bdev().enableHistogram(options);
        disk.queue.recorder(new LatencyRecorder(options));
      }
      long data = disk.ram.allocate(4096);
      serve(disk, data, WARM_UP);
      long allocated = allocatedBytes(disk, data);
      for (int tries = 1; allocated > 0 && tries < TRIES; tries++) {
        allocated = allocatedBytes(disk, data);
      }
      assertThat(allocated).as("bytes for %d requests", MEASURED).isZero();
    }
  }

  private long allocatedBytes(TestDisk disk, long data) {
    long before = threads.getCurrentThreadAllocatedBytes();
    serve(disk, data, MEASURED);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @AfterEach
  void clear() {
    calls.clear();
  }

  @Test
  void over_the_null_bdev() {
    allocatesNothing(TestDisk.with().over(calls.bdevs, calls.createNull("null", 2048)));
  }

  @Test
  void over_the_malloc_bdev_in_direct_descriptors() {
    allocatesNothing(
        TestDisk.with()
            .without(VirtioFeatures.INDIRECT_DESC)
            .over(calls.bdevs, calls.createMalloc("malloc", 2048)));
  }

  @Test
  void with_histograms_of_answers_at_once() {
    allocatesNothing(TestDisk.with().over(calls.bdevs, calls.createNull("null", 2048)), true);
  }

  @Test
  void with_histograms_of_answers_that_come_later() {
    allocatesNothing(TestDisk.with().bdev(new PendingBdev("later", 512, 2048).quiet()), true);
  }

  @Test
  void over_a_bdev_that_answers_later() {
    allocatesNothing(TestDisk.with().bdev(new PendingBdev("later", 512, 2048).quiet()));
  }
}

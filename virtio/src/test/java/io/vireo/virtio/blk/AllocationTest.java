package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.malloc.MallocModule;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.bdev.nulldev.NullModule;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** In the steady state neither side of a ring allocates. */
class AllocationTest {
  private static final int WARM_UP = 300_000;
  private static final int MEASURED = 1_000_000;
  private static final int DEPTH = 24;

  /** Less than what one small object for each tenth request would be. */
  private static final long TOLERATED_BYTES = MEASURED;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final BdevRegistry bdevs = new BdevRegistry();

  private static <P extends Record> void call(BdevModule module, BdevRegistry bdevs, P parameters) {
    for (Method<?> method : module.methods(new BdevContext(bdevs, null, null))) {
      if (method.parameters() == parameters.getClass()) {
        @SuppressWarnings("unchecked")
        Method<P> creating = (Method<P>) method;
        assertThat(creating.handler().apply(parameters)).isNotNull();
      }
    }
  }

  /** Reads and writes 4 KiB, keeping the ring filled, until so many are done. */
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
      while (disk.driver.poll() >= 0) {
        done++;
      }
    }
    disk.settle();
    while (disk.driver.poll() >= 0) {}
  }

  private void allocatesNothing(TestDisk.Builder builder) {
    try (TestDisk disk = builder.size(64).build()) {
      long data = disk.ram.allocate(4096);
      serve(disk, data, WARM_UP);
      long before = threads.getCurrentThreadAllocatedBytes();
      serve(disk, data, MEASURED);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("bytes for %d requests", MEASURED).isLessThan(TOLERATED_BYTES);
    }
  }

  @Test
  void over_the_null_bdev() {
    NullCreate disk = new NullCreate("null", 512, 2048, null, 0, 0, 0, 0, false, 0, 0, 0, 0, 0);
    call(new NullModule(), bdevs, disk);
    allocatesNothing(TestDisk.with().over(bdevs, "null"));
    bdevs.unregister("null");
  }

  @Test
  void over_the_malloc_bdev_in_direct_descriptors() {
    MallocCreate disk =
        new MallocCreate("malloc", 512, 2048, null, 0, 0, false, 0, false, 0, 0, -1);
    call(new MallocModule(), bdevs, disk);
    allocatesNothing(TestDisk.with().without(VirtioFeatures.INDIRECT_DESC).over(bdevs, "malloc"));
    bdevs.unregister("malloc");
  }

  @Test
  void over_a_bdev_that_answers_later() {
    allocatesNothing(TestDisk.with().bdev(new PendingBdev("later", 512, 2048).quiet()));
  }
}

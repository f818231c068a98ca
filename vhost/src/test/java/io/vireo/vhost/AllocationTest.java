package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vireo.linux.Libc;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * In the steady state a request takes nothing from the heap, from the guest's ring to the bdev and
 * back: not one byte in a million requests, on all reactors together.
 */
@Timeout(300)
class AllocationTest {
  private static final long MIB = 1 << 20;
  private static final long REQUEST_BYTES = 4096;
  private static final long SECTORS = REQUEST_BYTES / 512;
  private static final int PLACES = 1024;

  /** What the interpreter and half-compiled code allocate ends when all is compiled. */
  private static final int ATTEMPTS = 6;

  /** With so many batches between two that end with an interrupt. */
  private static final int INTERRUPT_EVERY = 4;

  private static final int SPINS = 2000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path dir;
  private TestTarget target;
  private TestDisks disks;
  private long[] reactorThreads;

  /** In memory, so that a million requests take seconds on any machine. */
  private int file;

  @BeforeEach
  void open() {
    target = new TestTarget(dir, ReactorOptions.POLL, 1); // the driver polls too, and needs a CPU
    disks = new TestDisks(target);
    file = Libc.memfdCreate("allocation-disk", Libc.MFD_CLOEXEC);
    reactorThreads =
        target.reactors.reactors().stream().mapToLong(AllocationTest::threadOf).toArray();
  }

  private static long threadOf(Reactor reactor) {
    return reactor.call(() -> Thread.currentThread().threadId());
  }

  @AfterEach
  void close() {
    target.server.close();
    disks.close();
    target.close();
    Libc.close(file);
  }

  @ParameterizedTest
  @CsvSource({
    "null,   1,  300000",
    "null,   32, 1000000",
    "malloc, 1,  300000",
    "malloc, 32, 1000000",
    "uring,  1,  100000",
    "uring,  32, 1000000",
  })
  void requests_take_nothing_from_the_heap(String kind, int depth, int requests) {
    long bytes = PLACES * REQUEST_BYTES;
    switch (kind) {
      case "malloc" -> disks.malloc("bdev", 512, bytes / 512);
      case "null" -> disks.nothing("bdev", 512, bytes / 512);
      default -> {
        Libc.ftruncate(file, bytes);
        disks.uring("bdev", Path.of("/proc/self/fd/" + file), 512);
      }
    }
    target.create("disk", disks.device("bdev", BlkOptions.DEFAULT));
    try (GuestDisk guest = GuestDisk.of(target, "disk", 1, 128, 16 * MIB)) {
      long data = guest.memory.allocate(depth * REQUEST_BYTES, REQUEST_BYTES);
      List<Long> allocated = new ArrayList<>();
      do {
        long before = allocatedBytes();
        serve(guest, data, depth, requests);
        allocated.add(allocatedBytes() - before);
      } while (allocated.getLast() != 0 && allocated.size() < ATTEMPTS);
      assertThat(allocated.getLast())
          .as("bytes for %d requests, after %s for as many before", requests, allocated)
          .isZero();
    }
  }

  private long allocatedBytes() {
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(reactorThreads)) {
      sum += bytes;
    }
    return sum;
  }

  /** Reads and writes in turn, so many at once; now and then the driver wants an interrupt. */
  private static void serve(GuestDisk guest, long data, int depth, int requests) {
    BlkDriver driver = guest.drivers.getFirst();
    int begun = 0;
    for (int batch = 0; begun < requests; batch++) {
      for (int i = 0; i < depth; i++, begun++) {
        long sector = begun % PLACES * SECTORS;
        long gpa = data + i * REQUEST_BYTES;
        if ((begun & 1) == 0) {
          driver.read(sector, gpa, REQUEST_BYTES);
        } else {
          driver.write(sector, gpa, REQUEST_BYTES);
        }
      }
      if (batch % INTERRUPT_EVERY == 0) {
        driver.ring().enableInterrupts();
      } else {
        driver.ring().suppressInterrupts();
      }
      guest.publish(0);
      for (int i = 0; i < depth; i++) {
        if (driver.status(await(driver)) != BlkStatus.OK) {
          throw new AssertionError("a request has failed");
        }
      }
    }
  }

  /** Polls, for a million interrupts would take a minute; lets others run, too. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static int await(BlkDriver driver) {
    int tag = driver.poll();
    for (int spins = 1; tag < 0; spins++) {
      if (spins % SPINS == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
      tag = driver.poll();
    }
    return tag;
  }
}

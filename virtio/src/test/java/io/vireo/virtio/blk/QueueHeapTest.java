package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.TestDisk;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What queues take of the heap, whatever their front-ends and drivers do. */
class QueueHeapTest {
  private static final long CHUNK_BYTES = RequestPool.CHUNK * BlkRequest.HEAP_BYTES;
  private static final long BUDGET = 1 << 20;

  private final QueueBudget budget = QueueBudget.of(BUDGET);

  private static TestDisk.Builder pending(int size) {
    return TestDisk.with().bdev(new PendingBdev("disk", 512, 2048)).size(size);
  }

  private static int offer(TestDisk disk, long data, int requests) {
    int offered = 0;
    while (offered < requests && disk.driver.read(0, data, 512) >= 0) {
      offered++;
    }
    return offered;
  }

  private long takenBytes() {
    return BUDGET - budget.leftBytes();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 128, 1024, 32768})
  void a_new_queue_allocates_no_more_than_it_accounts_for(int size) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (TestDisk disk = pending(size).budget(budget).build()) {
      long accounted = takenBytes();
      long least = Long.MAX_VALUE; // the first ones load classes
      for (int i = 0; i < 50; i++) {
        var config = disk.config(0, null);
        long before = threads.getCurrentThreadAllocatedBytes();
        DeviceQueue queue = disk.device.createQueue(config, disk.stepped.reactor());
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        disk.device.destroyQueue(queue);
      }
      assertThat(least).isLessThanOrEqualTo(accounted);
      assertThat(accounted).isLessThan(least + 8192);
    }
    assertThat(takenBytes()).as("not given back").isZero();
  }

  @Test
  void more_requests_allocate_no_more_than_they_account_for() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (QueueMemory memory = QueueMemory.allocate("test", 1024, new byte[20], budget)) {
      RequestPool pool = new RequestPool((io, status) -> {}, 1024, memory);
      long accounted = takenBytes();
      long before = threads.getCurrentThreadAllocatedBytes();
      while (pool.next() != null) {
        pool.take();
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(pool.made()).isEqualTo(1024);
      assertThat(allocated).isPositive().isLessThanOrEqualTo(takenBytes() - accounted);
    }
  }

  @Test
  void requests_that_are_answered_at_once_need_the_first_chunk_only() {
    try (TestDisk disk = TestDisk.with().size(1024).budget(budget).build()) {
      long first = takenBytes();
      long data = disk.ram.allocate(512);
      assertThat(offer(disk, data, 1024)).isEqualTo(1024);
      disk.run();
      assertThat(disk.queue.counters().requests()).isEqualTo(1024);
      assertThat(takenBytes()).isEqualTo(first);
    }
  }

  @Test
  void a_queue_grows_with_what_is_in_flight_and_keeps_it() {
    try (TestDisk disk = pending(1024).budget(budget).build()) {
      long first = takenBytes();
      long data = disk.ram.allocate(512);
      for (int round = 0; round < 3; round++) {
        offer(disk, data, 40);
        disk.run();
        assertThat(disk.queue.inFlight()).isEqualTo(40);
        assertThat(takenBytes() - first).isEqualTo(2 * CHUNK_BYTES);
        disk.bdev.completeAll();
        disk.settle();
        while (disk.driver.poll() >= 0) {}
      }
    }
    assertThat(takenBytes()).isZero();
  }

  @Test
  void what_a_large_ring_holds_beyond_the_limit_waits_in_the_ring() {
    try (TestDisk disk = pending(4096).budget(QueueBudget.of(16 << 20)).build()) {
      offer(disk, disk.ram.allocate(512), 1500);
      disk.run();
      assertThat(disk.queue.inFlight()).isEqualTo(BlkLimits.IN_FLIGHT);
      assertThat(disk.queue.nextAvail()).isEqualTo(BlkLimits.IN_FLIGHT);
      disk.bdev.complete(0);
      disk.settle();
      assertThat(disk.queue.inFlight()).isEqualTo(BlkLimits.IN_FLIGHT);
      assertThat(disk.queue.nextAvail()).isEqualTo(BlkLimits.IN_FLIGHT + 1);
      assertEverybodyIsServed(disk, 1500);
    }
  }

  @Test
  void where_a_queue_may_not_grow_requests_wait_and_are_served_with_what_there_is() {
    QueueBudget small = QueueBudget.of(20_000);
    try (TestDisk disk = pending(128).budget(small).build()) {
      offer(disk, disk.ram.allocate(512), 100);
      disk.run();
      assertThat(disk.queue.inFlight()).isEqualTo(RequestPool.CHUNK);
      assertEverybodyIsServed(disk, 100);
      assertThat(disk.breaks).isEmpty();
    }
  }

  private static void assertEverybodyIsServed(TestDisk disk, int requests) {
    Set<Integer> served = new HashSet<>();
    while (disk.bdev.pending() > 0) {
      disk.bdev.completeAll();
      disk.settle();
      for (int tag = disk.driver.poll(); tag >= 0; tag = disk.driver.poll()) {
        assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
        assertThat(served.add(tag)).as("tag %d once", tag).isTrue();
      }
    }
    assertThat(served).hasSize(requests);
  }

  @Test
  void a_queue_for_which_no_heap_is_left_is_refused_and_keeps_nothing() {
    try (TestDisk disk = pending(128).budget(budget).build()) {
      long left = budget.leftBytes();
      assertThat(budget.take(left - 100)).isTrue();
      assertThatThrownBy(
              () -> disk.device.createQueue(disk.config(0, null), disk.stepped.reactor()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "queue of 128 entries needs 12304 bytes of the heap,"
                  + " but only 100 are left for queues");
      assertThat(budget.leftBytes()).isEqualTo(100);
      budget.give(left - 100);
      disk.device.destroyQueue(
          disk.device.createQueue(disk.config(0, null), disk.stepped.reactor()));
      assertThat(budget.leftBytes()).isEqualTo(left);
    }
  }
}

package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.IoStatus;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A disk whose bdev is resized, removed, claimed, or was never there. */
class BlkRemovalTest {
  private final BdevRegistry bdevs = new BdevRegistry();

  private BlkDevice device(PendingBdev bdev, BlkOptions options) {
    bdevs.register(bdev);
    return BlkDevice.open(bdevs, bdev.name(), options);
  }

  private static PendingBdev bdev() {
    return new PendingBdev("disk", 512, 2048);
  }

  private static ByteBuffer config(BlkDevice device) {
    return ByteBuffer.wrap(device.config()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void a_resize_shows_in_the_capacity_and_is_told() {
    PendingBdev bdev = bdev();
    try (BlkDevice device = device(bdev, BlkOptions.DEFAULT)) {
      int[] told = new int[1];
      device.onConfigChange(() -> told[0]++);
      bdev.changeSize(4096);
      assertThat(told[0]).isEqualTo(1);
      assertThat(config(device).getLong(BlkConfig.CAPACITY)).isEqualTo(4096);
    }
  }

  @Test
  void a_removed_bdev_leaves_a_disk_of_no_capacity() {
    try (BlkDevice device = device(bdev(), BlkOptions.DEFAULT)) {
      int[] told = new int[1];
      device.onConfigChange(() -> told[0]++);
      bdevs.unregister("disk");
      assertThat(told[0]).isEqualTo(1);
      assertThat(config(device).getLong(BlkConfig.CAPACITY)).isZero();
      assertThat(config(device).getInt(BlkConfig.BLK_SIZE)).isEqualTo(512);
    }
  }

  @Test
  void a_removal_lets_requests_in_flight_end_and_refuses_all_others() throws Exception {
    try (TestDisk disk = TestDisk.with().bdev(bdev()).build()) {
      final long data = disk.ram.allocate(512);
      final int inFlight = disk.driver.read(0, data, 512);
      disk.run();
      disk.bdev.store(0, new byte[] {42});
      // The reactor is ours to step, so another thread removes.
      CompletableFuture<Void> removal =
          CompletableFuture.runAsync(() -> disk.bdevs.unregister("disk"));
      int refused = -1;
      while (refused < 0) {
        int tag = disk.driver.read(0, data, 512);
        disk.run();
        int done = disk.driver.poll();
        if (done == tag) {
          refused = disk.driver.status(tag);
        } else {
          disk.bdev.completeLast(IoStatus.OK); // came before the removal
          disk.settle();
          disk.driver.poll();
        }
      }
      assertThat(refused).isEqualTo(BlkStatus.IOERR);
      assertThat(removal).isNotDone();
      disk.bdev.complete(IoStatus.OK);
      while (!removal.isDone()) {
        disk.lap();
      }
      removal.get();
      disk.settle();
      assertThat(disk.driver.poll()).isEqualTo(inFlight);
      assertThat(disk.driver.status(inFlight)).isEqualTo(BlkStatus.OK);
      assertThat(disk.ram.get(data, 1)).containsExactly(42);
    }
  }

  @Test
  void a_queue_created_after_the_removal_answers_with_errors() {
    try (TestDisk disk = TestDisk.with().build()) {
      disk.stop();
      disk.bdevs.unregister("disk");
      QueueConfig again = disk.config(disk.queue.nextAvail(), null);
      BlkQueue next = (BlkQueue) disk.device.createQueue(again, disk.stepped.reactor());
      next.start();
      next.enable(true);
      for (int tag :
          List.of(
              disk.driver.read(0, disk.ram.allocate(512), 512),
              disk.driver.flush(),
              disk.driver.discard(0, 1))) {
        disk.run();
        assertThat(disk.driver.poll()).isEqualTo(tag);
        assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.IOERR);
      }
      next.stop(() -> {});
      disk.settle();
      disk.device.destroyQueue(next);
    }
  }

  @Test
  void a_claimed_bdev_cannot_be_opened_for_writing() {
    bdevs.register(bdev());
    bdevs.open("disk", true, null).claim("somebody");
    assertThatThrownBy(() -> BlkDevice.open(bdevs, "disk", BlkOptions.DEFAULT))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("claimed by somebody");
    BlkDevice.open(bdevs, "disk", BlkOptions.DEFAULT.readOnly(true)).close();
  }

  @Test
  void a_bdev_that_is_not_there_is_named() {
    assertThatThrownBy(() -> BlkDevice.open(bdevs, "nowhere", BlkOptions.DEFAULT))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("nowhere");
  }
}

package io.vireo.virtio.blk;

import static io.vireo.virtio.blk.Ranges.offer;
import static io.vireo.virtio.blk.Ranges.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.PendingBdev.Asked;
import io.vireo.virtio.TestDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of several ranges that go on in a later lap. */
class WaitingRangesTest {
  private static final int SECTORS = 2048;

  private TestDisk disk = TestDisk.with().build();

  @AfterEach
  void close() {
    disk.close();
  }

  private void use(TestDisk other) {
    disk.close();
    disk = other;
  }

  @Test
  void a_bdev_that_is_full_between_two_ranges_is_asked_again_in_order() {
    long first = offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0), range(2, 1, 0));
    long second = offer(disk, BlkType.DISCARD, range(10, 1, 0), range(11, 1, 0));
    disk.split.publish();
    disk.lap();
    assertThat(disk.bdev.asked()).extracting(Asked::offset).containsExactly(0L, 5120L);
    assertThat(disk.queue.inFlight()).isEqualTo(2);
    disk.bdev.busy(3);
    for (int i = 0; i < 3; i++) {
      assertThat(disk.lap()).isZero();
      assertThat(disk.queue.ready()).as("no sleep while something waits").isTrue();
      assertThat(disk.queue.parkable()).isFalse();
    }
    disk.settle();
    assertThat(disk.bdev.asked())
        .extracting(Asked::offset)
        .containsExactly(0L, 5120L, 512L, 5632L, 1024L);
    assertThat(disk.statusAt(first)).isEqualTo(BlkStatus.OK);
    assertThat(disk.statusAt(second)).isEqualTo(BlkStatus.OK);
    assertThat(disk.split.used()).isEqualTo(2);
    assertThat(disk.queue.inFlight()).isZero();
  }

  @Test
  void a_bdev_that_is_full_at_the_first_range_leaves_the_request_in_the_ring() {
    disk.bdev.busy(1);
    long status = offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0));
    disk.split.publish();
    disk.lap();
    assertThat(disk.queue.inFlight()).isZero();
    assertThat(disk.queue.nextAvail()).isZero();
    disk.settle();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked()).hasSize(2);
  }

  @Test
  void a_stop_waits_for_the_ranges_that_are_left() {
    offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0), range(2, 1, 0));
    disk.split.publish();
    disk.lap();
    boolean[] drained = new boolean[1];
    disk.queue.stop(() -> drained[0] = true);
    disk.lap();
    assertThat(drained[0]).isFalse();
    disk.settle();
    assertThat(drained[0]).isTrue();
    assertThat(disk.bdev.asked()).hasSize(3);
    assertThat(disk.split.reap()).isNotNegative();
  }

  @Test
  void a_broken_queue_asks_for_no_further_range() {
    use(TestDisk.with().bdev(new PendingBdev("disk", 512, SECTORS)).build());
    offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0));
    disk.run();
    disk.split.writable(-1, 1);
    disk.split.offer();
    disk.run();
    assertThat(disk.breaks).hasSize(1);
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(disk.bdev.asked()).hasSize(1);
    assertThat(disk.queue.inFlight()).isZero();
  }

  @Test
  void a_broken_queue_lets_go_of_the_ranges_that_are_left() {
    offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0));
    disk.split.publish();
    disk.lap();
    disk.split.writable(-1, 1);
    disk.split.offer();
    disk.bdev.busy(1);
    disk.run();
    assertThat(disk.breaks).hasSize(1);
    assertThat(disk.queue.inFlight()).isZero();
    assertThat(disk.bdev.asked()).hasSize(1);
  }

  @Test
  void what_waits_is_bounded_and_the_rest_stays_in_the_ring() {
    use(TestDisk.with().size(256).build());
    for (int i = 0; i < 40; i++) {
      offer(disk, BlkType.DISCARD, range(i, 1, 0), range(i, 1, 0), range(i, 1, 0));
    }
    disk.split.publish();
    disk.lap();
    disk.lap(); // the second ranges of 32; all still have a third one
    assertThat(disk.queue.inFlight()).isEqualTo(32);
    disk.settle();
    assertThat(disk.bdev.asked()).hasSize(120);
    assertThat(disk.split.used()).isEqualTo(40);
  }

  @Test
  void an_interrupt_does_not_wait_for_laps_without_work() {
    disk.split.suppressInterrupts();
    disk.driver.read(0, disk.ram.allocate(512), 512);
    long[][] ranges = new long[BlkLimits.MAX_RANGES][];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = range(i, 1, 0);
    }
    long status = offer(disk, BlkType.DISCARD, ranges);
    disk.split.publish();
    disk.lap();
    assertThat(disk.split.used()).isEqualTo(1);
    disk.split.enableInterrupts(); // as seen by a device whose look at it came too early
    int laps = 0;
    while (disk.call.drain() == 0) {
      assertThat(disk.lap()).isPositive();
      laps++;
    }
    assertThat(disk.statusAt(status)).as("the discard goes on").isEqualTo(0xff);
    assertThat(laps).isLessThanOrEqualTo(21); // of a microsecond each
  }
}

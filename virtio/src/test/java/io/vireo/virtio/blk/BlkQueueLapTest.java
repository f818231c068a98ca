package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.UsedRing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a queue does in one lap, and when its driver is told. */
class BlkQueueLapTest extends BlkQueueFixture {
  @Test
  void a_bdev_that_is_full_leaves_heads_in_the_ring_in_order() {
    final int first = read();
    final int second = read();
    disk.bdev.busy(2);
    disk.split.publish();
    disk.lap();
    disk.lap();
    assertThat(disk.queue.nextAvail()).isZero();
    assertThat(disk.queue.inFlight()).isZero();
    assertThat(disk.queue.ready()).as("no sleep").isTrue();
    disk.settle();
    assertThat(disk.driver.poll()).isEqualTo(first);
    assertThat(disk.driver.poll()).isEqualTo(second);
    assertThat(disk.queue.counters().requests()).isEqualTo(2);
  }

  @Test
  void one_lap_takes_a_bounded_number_of_heads() {
    use(TestDisk.with().size(256).build());
    for (int i = 0; i < 100; i++) {
      read();
    }
    disk.split.publish();
    List<Integer> laps = new ArrayList<>();
    for (int done = disk.lap(); done > 0; done = disk.lap()) {
      laps.add(done);
    }
    assertThat(laps).containsExactly(32, 32, 32, 4);
  }

  @Test
  void one_lap_copies_a_bounded_number_of_bytes() {
    use(TestDisk.with().size(256).build());
    long data = disk.ram.allocate(1 << 20);
    for (int i = 0; i < 6; i++) {
      disk.driver.read(0, data, 100 * 1024);
    }
    disk.split.publish();
    assertThat(disk.lap()).isEqualTo(3);
    assertThat(disk.lap()).isEqualTo(3);
  }

  @Test
  void one_lap_reads_a_bounded_number_of_descriptors() {
    use(TestDisk.with().size(1024).build());
    long tables = disk.ram.allocate(1000 * 16);
    long status = disk.status();
    for (int i = 0; i < 8; i++) {
      disk.split.table(disk.ram.hva(tables), tables); // the same one: all that costs is to read it
      for (int n = 0; n < 999; n++) {
        disk.split.readable(tables, 0);
      }
      disk.split.writable(status, 1);
      disk.split.offer();
    }
    disk.split.publish();
    assertThat(disk.lap()).isEqualTo(3); // 2048 descriptors, and what began below that
    assertThat(disk.lap()).isEqualTo(3);
    assertThat(disk.lap()).isEqualTo(2);
  }

  @Test
  void answers_reach_the_driver_in_fours_while_the_lap_goes_on() {
    for (int i = 0; i < 10; i++) {
      read();
    }
    List<Integer> published = new ArrayList<>();
    disk.bdev.beforeEach(() -> published.add(disk.split.used()));
    disk.split.publish();
    disk.lap();
    assertThat(published).containsExactly(0, 0, 0, 0, 4, 4, 4, 4, 8, 8);
    assertThat(disk.split.used()).isEqualTo(10);
    assertThat(disk.call.drain()).as("interrupted once").isEqualTo(1);
  }

  @Test
  void a_ring_is_left_in_peace_for_a_while_after_something_was_taken() {
    for (int i = 0; i < 4; i++) {
      read();
    }
    disk.split.publish();
    assertThat(disk.stepped.lap()).isEqualTo(4);
    read();
    disk.split.publish();
    disk.stepped.advance(174); // half of 50 ns and 75 ns a request: where the search begins
    assertThat(disk.stepped.lap()).isZero();
    disk.stepped.advance(1);
    assertThat(disk.stepped.lap()).isEqualTo(1);
  }

  @Test
  void what_has_ended_is_published_also_while_the_ring_is_left_in_peace() {
    usePending();
    final int tag = read();
    disk.split.publish();
    disk.stepped.advance(1_000);
    disk.stepped.lap();
    disk.bdev.complete(IoStatus.OK);
    disk.stepped.advance(1);
    assertThat(disk.stepped.lap()).isEqualTo(1);
    assertThat(disk.driver.poll()).isEqualTo(tag);
  }

  @Test
  void a_wish_that_comes_late_is_met_within_50_us_however_busy_the_ring() {
    disk.split.suppressInterrupts();
    for (int i = 0; i < 20; i++) {
      read();
      disk.split.publish();
      disk.lap();
      disk.driver.poll();
      if (i == 9) {
        disk.call.drain();
        AvailRing.usedEvent(avail(), SIZE, i); // of the entry that was just published
      }
    }
    int microseconds = 0;
    while (disk.call.drain() == 0) {
      read();
      disk.split.publish();
      assertThat(disk.lap()).isPositive();
      disk.driver.poll();
      assertThat(++microseconds).isLessThan(50);
    }
  }

  @Test
  void a_polled_ring_is_never_kicked_however_long() {
    long data = disk.ram.allocate(512);
    for (int i = 0; i < 70_000; i++) {
      disk.driver.read(0, data, 512);
      assertThat(disk.driver.publish()).as("request %d", i).isFalse();
      disk.lap();
      assertThat(disk.driver.poll()).isNotNegative();
      disk.bdev.asked().clear();
    }
  }

  @Test
  void a_full_ring_of_32768_is_served_across_the_wrap() {
    int size = 32768;
    use(TestDisk.with().size(size).startAt(50_000).ram(GuestRam.of(64 << 20)).build());
    long data = disk.ram.allocate(512);
    for (int round = 0; round < 2; round++) {
      int count = 0;
      while (disk.driver.read(count % 2048, data, 512) >= 0) {
        count++;
      }
      assertThat(count).isEqualTo(size);
      disk.run();
      for (int i = 0; i < size; i++) {
        int tag = disk.driver.poll();
        assertThat(tag).isNotNegative();
        assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
      }
    }
    assertThat(disk.queue.nextAvail()).isEqualTo((50_000 + 2 * size) & 0xffff);
  }

  @Test
  void a_ring_of_1_serves_one_request_after_the_other() {
    use(TestDisk.with().size(1).build());
    for (int i = 0; i < 10; i++) {
      assertThat(disk.run(read())).isEqualTo(BlkStatus.OK);
    }
  }

  @Test
  void without_event_idx_kicks_and_interrupts_go_by_flags() {
    use(TestDisk.with().without(VirtioFeatures.EVENT_IDX).build());
    assertThat(UsedRing.flags(used())).isEqualTo(UsedRing.F_NO_NOTIFY);
    disk.split.suppressInterrupts();
    disk.run(read());
    assertThat(disk.call.drain()).isZero();
    assertThat(disk.split.enableInterrupts()).isTrue();
    disk.run(read());
    assertThat(disk.call.drain()).isEqualTo(1);
    disk.stop();
    assertThat(UsedRing.flags(used())).isZero();
  }
}

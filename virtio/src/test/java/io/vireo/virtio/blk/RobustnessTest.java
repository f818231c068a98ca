package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.PendingBdev.Asked;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.queue.AvailRing;
import org.junit.jupiter.api.Test;

/**
 * What a guest can do to another target of this kind, one test each. The packed ring's cases have
 * no place to happen: it is not offered.
 */
class RobustnessTest {
  private static final long RING_PACKED = 1L << 34;

  @Test
  void no_packed_ring_so_no_unchecked_id_and_no_endless_packed_chain() {
    try (TestDisk disk = TestDisk.with().build()) {
      assertThat(disk.device.features() & RING_PACKED).isZero();
    }
  }

  @Test
  void without_a_bdev_a_well_formed_request_is_answered_with_an_error() {
    try (TestDisk disk = TestDisk.with().build()) {
      disk.bdevs.unregister("disk");
      assertThat(disk.run(disk.driver.read(0, disk.ram.allocate(512), 512)))
          .isEqualTo(BlkStatus.IOERR);
    }
  }

  @Test
  void an_avail_index_that_cannot_be_is_told_and_not_ignored() {
    try (TestDisk disk = TestDisk.with().build()) {
      AvailRing.idx(disk.ram.hva(disk.ringGpa + disk.ring.avail()), 1000);
      disk.settle();
      assertThat(disk.breaks).containsExactly(BreakReason.AVAIL_INDEX_TOO_FAR);
      assertThat(disk.breaks).hasSize(1);
    }
  }

  @Test
  void a_sleeping_queue_is_woken_at_the_wrap_of_its_index() {
    ReactorOptions sleepy = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);
    try (TestDisk disk = TestDisk.with().startAt(65_534).reactor(sleepy, null).build()) {
      for (int i = 0; i < 4; i++) {
        disk.lap();
        boolean[] kicked = new boolean[1];
        int[] tag = new int[1];
        disk.stepped.whileAsleep(
            () -> {
              tag[0] = disk.driver.read(0, disk.ram.allocate(512), 512);
              kicked[0] = disk.driver.publish();
            });
        disk.lap();
        disk.stepped.whileAsleep(() -> {});
        assertThat(kicked[0]).as("kicked at index %d", (65_534 + i) & 0xffff).isTrue();
        disk.settle();
        assertThat(disk.driver.poll()).isEqualTo(tag[0]);
      }
    }
  }

  @Test
  void a_memory_table_does_not_stop_the_queue() {
    try (TestDisk disk = TestDisk.with().bdev(new PendingBdev("disk", 512, 2048)).build()) {
      int before = disk.driver.read(0, disk.ram.allocate(512), 512);
      disk.run();
      disk.memory(disk.ram.table());
      disk.driver.read(0, disk.ram.allocate(512), 512);
      disk.run();
      assertThat(disk.bdev.pending()).isEqualTo(2);
      disk.bdev.completeAll();
      disk.settle();
      assertThat(disk.driver.poll()).isEqualTo(before);
    }
  }

  @Test
  void a_request_in_flight_is_never_forgotten_however_long_it_takes() {
    try (TestDisk disk = TestDisk.with().bdev(new PendingBdev("disk", 512, 2048)).build()) {
      final int tag = disk.driver.read(0, disk.ram.allocate(512), 512);
      disk.run();
      boolean[] drained = new boolean[1];
      disk.queue.stop(() -> drained[0] = true);
      disk.stepped.advance(3_600_000_000_000L);
      disk.settle();
      assertThat(drained[0]).isFalse();
      disk.bdev.complete(IoStatus.OK);
      disk.settle();
      assertThat(drained[0]).isTrue();
      assertThat(disk.driver.poll()).isEqualTo(tag);
    }
  }

  @Test
  void header_and_status_may_have_any_framing() {
    try (TestDisk disk = TestDisk.with().size(64).build()) {
      disk.bdev.store(0, new byte[] {1, 2, 3});
      long header = disk.header(BlkType.IN, 0);
      long data = disk.ram.allocate(600);
      for (int i = 0; i < 16; i++) {
        long part = disk.ram.allocate(1);
        disk.ram.put(part, disk.ram.get(header + i, 1));
        disk.split.readable(part, 1);
      }
      disk.split.writable(data, 500);
      disk.split.writable(data + 550, 13); // 12 bytes of data and the status
      assertThat(disk.runChain()).isEqualTo(513);
      assertThat(disk.ram.get(data, 3)).containsExactly(1, 2, 3);
      assertThat(disk.statusAt(data + 562)).isEqualTo(BlkStatus.OK);
    }
  }

  @Test
  void the_unmap_flag_of_write_zeroes_is_honoured_and_never_logged() {
    try (TestDisk disk = TestDisk.with().build()) {
      disk.run(disk.driver.writeZeroes(0, 8, true));
      assertThat(disk.bdev.asked())
          .containsExactly(new Asked(IoType.WRITE_ZEROES, 0, 4096, false, true));
    }
  }

  @Test
  void a_range_split_over_two_buffers_is_read_whole_and_once() {
    try (TestDisk disk = TestDisk.with().build()) {
      long range = disk.ram.allocate(16);
      BlkRange.put(disk.ram.hva(range), 8, 8, 0);
      long tail = disk.ram.allocate(64);
      disk.ram.put(tail, disk.ram.get(range + 8, 8));
      disk.ram.fill(range + 8, 8, 0xff); // what lies behind the first buffer
      long status = disk.status();
      disk.split.readable(disk.header(BlkType.DISCARD, 0), 16);
      disk.split.readable(range, 8);
      disk.split.readable(tail, 8);
      disk.split.writable(status, 1);
      disk.runChain();
      assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
      assertThat(disk.bdev.asked())
          .containsExactly(new Asked(IoType.UNMAP, 4096, 4096, false, false));
    }
  }
}

package io.vireo.virtio.blk;

import static io.vireo.virtio.blk.Ranges.offer;
import static io.vireo.virtio.blk.Ranges.put;
import static io.vireo.virtio.blk.Ranges.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.PendingBdev.Asked;
import io.vireo.virtio.TestDisk;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Discard and write zeroes (virtio 1.3, 5.2.6). */
class BlkRangesTest {
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

  private int run(int type, long[]... ranges) {
    long status = offer(disk, type, ranges);
    disk.run();
    assertThat(disk.split.reap()).isNotNegative();
    assertThat(disk.split.reapedBytes()).isEqualTo(1);
    return disk.statusAt(status);
  }

  private void fillDisk() {
    byte[] ones = new byte[SECTORS * 512];
    Arrays.fill(ones, (byte) 1);
    disk.bdev.store(0, ones);
  }

  @Test
  void one_range_of_each() {
    fillDisk();
    assertThat(disk.run(disk.driver.discard(8, 16))).isEqualTo(BlkStatus.OK);
    assertThat(disk.run(disk.driver.writeZeroes(100, 1, false))).isEqualTo(BlkStatus.OK);
    assertThat(disk.run(disk.driver.writeZeroes(200, 2, true))).isEqualTo(BlkStatus.OK);
    assertThat(disk.driver.writtenBytes()).isEqualTo(1);
    assertThat(disk.bdev.asked())
        .containsExactly(
            new Asked(IoType.UNMAP, 8 * 512, 16 * 512, false, false),
            new Asked(IoType.WRITE_ZEROES, 100 * 512, 512, false, false),
            new Asked(IoType.WRITE_ZEROES, 200 * 512, 1024, false, true));
    assertThat(disk.bdev.stored(200 * 512, 1024)).containsOnly(0);
    assertThat(disk.bdev.stored(202 * 512, 512)).containsOnly(1);
  }

  @Test
  void several_ranges_are_several_operations_in_order_and_one_status() {
    assertThat(run(BlkType.DISCARD, range(0, 1, 0), range(10, 2, 0), range(5, 3, 0)))
        .isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked())
        .containsExactly(
            new Asked(IoType.UNMAP, 0, 512, false, false),
            new Asked(IoType.UNMAP, 5120, 1024, false, false),
            new Asked(IoType.UNMAP, 2560, 1536, false, false));
  }

  @Test
  void a_bdev_that_takes_many_ranges_gets_them_together() {
    use(
        TestDisk.with()
            .bdev(new PendingBdev("many", 512, SECTORS).atOnce().unmapRanges(4))
            .build());
    fillDisk();
    long[][] ranges = new long[11][];
    Arrays.setAll(ranges, i -> range(i * 10L, i + 1, 0));
    assertThat(run(BlkType.DISCARD, ranges)).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.submissions()).isEqualTo(3);
    for (int i = 0; i < ranges.length; i++) {
      assertThat(disk.bdev.asked().get(i))
          .isEqualTo(new Asked(IoType.UNMAP, i * 10L * 512, (i + 1) * 512L, false, false));
      assertThat(disk.bdev.stored(i * 10L * 512, (i + 1) * 512)).containsOnly(0);
    }
    assertThat(run(BlkType.WRITE_ZEROES, range(0, 1, 0), range(3, 1, 0))).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.submissions()).as("write zeroes has one range each").isEqualTo(5);
  }

  @Test
  void ranges_that_met_a_busy_bdev_are_whole_when_they_come_again() {
    use(
        TestDisk.with()
            .bdev(new PendingBdev("many", 512, SECTORS).atOnce().unmapRanges(2))
            .build());
    disk.bdev.busy(1);
    long status = offer(disk, BlkType.DISCARD, range(1, 1, 0), range(5, 2, 0), range(9, 3, 0));
    disk.run();
    assertThat(disk.split.used()).as("it stays in the ring").isZero();
    disk.settle();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked())
        .extracting(Asked::offset)
        .containsExactly(512L, 5 * 512L, 9 * 512L);
  }

  @Test
  void one_range_beyond_the_end_refuses_all_that_go_together() {
    use(
        TestDisk.with()
            .bdev(new PendingBdev("many", 512, SECTORS).atOnce().unmapRanges(8))
            .build());
    assertThat(run(BlkType.DISCARD, range(1, 1, 0), range(SECTORS, 1, 0)))
        .isEqualTo(BlkStatus.IOERR);
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void each_range_has_its_own_unmap_flag() {
    assertThat(run(BlkType.WRITE_ZEROES, range(0, 1, 1), range(1, 1, 0))).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked()).extracting(Asked::mayUnmap).containsExactly(true, false);
  }

  @Test
  void as_many_ranges_as_are_offered_and_not_one_more() {
    long[][] many = new long[BlkLimits.MAX_RANGES][];
    Arrays.setAll(many, i -> range(i, 1, 0));
    assertThat(run(BlkType.DISCARD, many)).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked()).hasSize(BlkLimits.MAX_RANGES);
    long[][] more = Arrays.copyOf(many, many.length + 1);
    more[many.length] = range(0, 1, 0);
    assertThat(run(BlkType.DISCARD, more)).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.bdev.asked()).hasSize(BlkLimits.MAX_RANGES);
  }

  @Test
  void ranges_may_be_framed_in_any_way() {
    long payload = put(disk, range(3, 1, 0), range(7, 2, 0));
    for (int cut = 1; cut < 32; cut++) {
      disk.bdev.asked().clear();
      long status = disk.status();
      disk.split.readable(disk.header(BlkType.DISCARD, 0), 16);
      disk.split.readable(payload, cut);
      // The second part lies elsewhere, so that nothing is merged.
      long elsewhere = disk.ram.allocate(64);
      disk.ram.put(elsewhere, disk.ram.get(payload + cut, 32 - cut));
      disk.split.readable(elsewhere, 32 - cut);
      disk.split.writable(status, 1);
      disk.runChain();
      assertThat(disk.statusAt(status)).as("cut at %d", cut).isEqualTo(BlkStatus.OK);
      assertThat(disk.bdev.asked())
          .containsExactly(
              new Asked(IoType.UNMAP, 3 * 512, 512, false, false),
              new Asked(IoType.UNMAP, 7 * 512, 1024, false, false));
    }
  }

  @Test
  void no_range_or_a_part_of_one_is_an_error() {
    for (int bytes : new int[] {0, 1, 8, 15, 17, 24}) {
      long status = disk.status();
      disk.split.readable(disk.header(BlkType.WRITE_ZEROES, 0), 16);
      disk.split.readable(put(disk, range(0, 1, 0), range(1, 1, 0)), bytes);
      disk.split.writable(status, 1);
      disk.runChain();
      assertThat(disk.statusAt(status)).as("%d bytes", bytes).isEqualTo(BlkStatus.IOERR);
    }
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void an_unknown_flag_is_unsupported_whatever_else_is_wrong_5_2_6_2() {
    for (int flags : new int[] {2, 3, 4, 0x8000_0000, -1}) {
      assertThat(run(BlkType.WRITE_ZEROES, range(0, 1, flags))).isEqualTo(BlkStatus.UNSUPP);
      assertThat(run(BlkType.DISCARD, range(0, 1, flags))).isEqualTo(BlkStatus.UNSUPP);
      assertThat(run(BlkType.DISCARD, range(0, 0xffff_ffffL, 0), range(0, 1, flags)))
          .isEqualTo(BlkStatus.UNSUPP);
    }
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void a_discard_with_the_unmap_flag_is_unsupported_5_2_6_2() {
    assertThat(run(BlkType.DISCARD, range(0, 1, BlkRange.F_UNMAP))).isEqualTo(BlkStatus.UNSUPP);
    assertThat(run(BlkType.DISCARD, range(0, 1, 0), range(0, 1, BlkRange.F_UNMAP)))
        .isEqualTo(BlkStatus.UNSUPP);
    assertThat(disk.bdev.asked()).as("nothing of it was done").isEmpty();
  }

  @Test
  void a_range_beyond_the_disk_is_an_error() {
    assertThat(run(BlkType.DISCARD, range(SECTORS - 1, 2, 0))).isEqualTo(BlkStatus.IOERR);
    assertThat(run(BlkType.WRITE_ZEROES, range(SECTORS, 1, 0))).isEqualTo(BlkStatus.IOERR);
    for (long sector : new long[] {-1, 1L << 54, 1L << 55, Long.MIN_VALUE}) {
      assertThat(run(BlkType.WRITE_ZEROES, range(sector, 1, 0))).isEqualTo(BlkStatus.IOERR);
    }
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void a_range_longer_than_offered_is_an_error() {
    use(
        TestDisk.with()
            .bdev(new PendingBdev("large", 512, BlkLimits.MAX_RANGE_SECTORS + 8L))
            .build());
    assertThat(run(BlkType.DISCARD, range(0, BlkLimits.MAX_RANGE_SECTORS + 1L, 0)))
        .isEqualTo(BlkStatus.IOERR);
    assertThat(run(BlkType.DISCARD, range(0, 0xffff_ffffL, 0))).isEqualTo(BlkStatus.IOERR);
    long status = offer(disk, BlkType.DISCARD, range(8, BlkLimits.MAX_RANGE_SECTORS, 0));
    disk.run();
    assertThat(disk.bdev.pending()).isEqualTo(1);
    disk.bdev.complete(IoStatus.NO_SPACE);
    disk.settle();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void an_empty_range_is_no_error() {
    assertThat(run(BlkType.DISCARD, range(5, 0, 0), range(6, 1, 0))).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked()).hasSize(1);
  }

  @Test
  void a_range_that_is_not_of_whole_blocks_is_an_error() {
    use(TestDisk.with().bdev(new PendingBdev("4k", 4096, 256).atOnce()).build());
    assertThat(run(BlkType.DISCARD, range(8, 8, 0))).isEqualTo(BlkStatus.OK);
    assertThat(run(BlkType.DISCARD, range(4, 8, 0))).isEqualTo(BlkStatus.IOERR);
    assertThat(run(BlkType.WRITE_ZEROES, range(8, 4, 0))).isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void what_was_not_negotiated_is_unsupported() {
    use(TestDisk.with().without(BlkFeatures.DISCARD | BlkFeatures.WRITE_ZEROES).build());
    assertThat(run(BlkType.DISCARD, range(0, 1, 0))).isEqualTo(BlkStatus.UNSUPP);
    assertThat(run(BlkType.WRITE_ZEROES, range(0, 1, 0))).isEqualTo(BlkStatus.UNSUPP);
  }

  @Test
  void what_the_bdev_cannot_is_not_offered() {
    use(
        TestDisk.with()
            .bdev(
                new PendingBdev("disk", 512, 8)
                    .atOnce()
                    .unsupported(IoType.UNMAP)
                    .unsupported(IoType.WRITE_ZEROES))
            .build());
    assertThat(disk.device.features() & (BlkFeatures.DISCARD | BlkFeatures.WRITE_ZEROES)).isZero();
    assertThat(run(BlkType.DISCARD, range(0, 1, 0)))
        .as("from a driver that sends it nevertheless")
        .isEqualTo(BlkStatus.UNSUPP);
  }

  @Test
  void a_failed_range_ends_the_request_and_the_rest_is_not_tried() {
    use(TestDisk.with().bdev(new PendingBdev("disk", 512, SECTORS)).build());
    long status = offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0), range(2, 1, 0));
    disk.run();
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(disk.statusAt(status)).as("not yet").isEqualTo(0xff);
    disk.bdev.complete(IoStatus.IO_ERROR);
    disk.settle();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.bdev.asked()).hasSize(2);
    assertThat(disk.queue.inFlight()).isZero();
  }

  @Test
  void a_payload_that_changes_after_it_was_taken_changes_nothing() {
    use(TestDisk.with().bdev(new PendingBdev("disk", 512, SECTORS)).build());
    long payload = put(disk, range(0, 1, 0), range(1, 1, 0));
    long status = disk.status();
    disk.split.readable(disk.header(BlkType.DISCARD, 0), 16);
    disk.split.readable(payload, 32);
    disk.split.writable(status, 1);
    disk.split.offer();
    disk.run();
    disk.ram.fill(payload, 32, 0xff);
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked())
        .containsExactly(
            new Asked(IoType.UNMAP, 0, 512, false, false),
            new Asked(IoType.UNMAP, 512, 512, false, false));
  }
}

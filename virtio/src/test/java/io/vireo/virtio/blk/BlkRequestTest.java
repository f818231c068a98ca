package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.PendingBdev.Asked;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What becomes of each type of request, good or bad (virtio 1.3, 5.2.6). */
class BlkRequestTest extends BlkRequestFixture {
  private static final int SECTORS = 2048; // of the usual disk

  private int read(long sector, long bytes) {
    return run(BlkType.IN, sector, bytes, true);
  }

  private int write(long sector, long bytes) {
    return run(BlkType.OUT, sector, bytes, false);
  }

  @Test
  void what_is_written_is_read_back() {
    writeAndReadBack();
  }

  @Test
  void without_indirect_tables_too() {
    use(TestDisk.with().without(VirtioFeatures.INDIRECT_DESC).build());
    writeAndReadBack();
  }

  private void writeAndReadBack() {
    disk.ram.fill(data, 4096, 0x5a);
    assertThat(disk.run(disk.driver.write(8, data, 4096))).isEqualTo(BlkStatus.OK);
    assertThat(disk.driver.writtenBytes()).isEqualTo(1);
    disk.ram.fill(data, 4096, 0);
    assertThat(disk.run(disk.driver.read(8, data, 4096))).isEqualTo(BlkStatus.OK);
    assertThat(disk.driver.writtenBytes()).isEqualTo(4097);
    assertThat(disk.ram.get(data, 4096)).containsOnly(0x5a);
    assertThat(disk.bdev.stored(8 * 512, 4096)).containsOnly(0x5a);
    assertThat(disk.bdev.stored(0, 8 * 512)).containsOnly(0);
    assertThat(disk.bdev.stored(16 * 512, 4096)).containsOnly(0);
  }

  @Test
  void a_sector_is_512_bytes_whatever_the_block_is_5_2_5() {
    use(TestDisk.with().bdev(new PendingBdev("4k", 4096, 256).atOnce()).build());
    disk.bdev.store(8 * 512, new byte[] {1, 2, 3});
    assertThat(read(8, 4096)).isEqualTo(BlkStatus.OK);
    assertThat(disk.ram.get(data, 3)).containsExactly(1, 2, 3);
    assertThat(read(1, 4096)).as("not at a block").isEqualTo(BlkStatus.IOERR);
    assertThat(read(8, 512)).as("not a block").isEqualTo(BlkStatus.IOERR);
    assertThat(write(8, 4096 + 512)).isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void nothing_beyond_the_capacity_is_read_or_written_5_2_6_1() {
    assertThat(read(SECTORS - 1, 512)).isEqualTo(BlkStatus.OK);
    assertThat(read(SECTORS, 512)).isEqualTo(BlkStatus.IOERR);
    assertThat(read(SECTORS - 1, 1024)).isEqualTo(BlkStatus.IOERR);
    assertThat(write(SECTORS - 1, 1024)).isEqualTo(BlkStatus.IOERR);
    for (long sector :
        new long[] {
          -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 54, (1L << 54) - 1, 1L << 55, 1L << 63
        }) {
      assertThat(read(sector, 512)).as("sector 0x%x", sector).isEqualTo(BlkStatus.IOERR);
      assertThat(write(sector, 512)).as("sector 0x%x", sector).isEqualTo(BlkStatus.IOERR);
    }
    assertThat(disk.bdev.stored(0, SECTORS * 512)).containsOnly(0);
    assertThat(disk.breaks).isEmpty();
  }

  @Test
  void data_is_a_multiple_of_512_bytes_5_2_6_1() {
    for (int bytes : new int[] {1, 511, 513, 1000}) {
      assertThat(read(0, bytes)).isEqualTo(BlkStatus.IOERR);
      assertThat(write(0, bytes)).isEqualTo(BlkStatus.IOERR);
    }
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void no_data_at_all_is_no_error_within_the_disk() {
    disk.split.readable(disk.header(BlkType.IN, 5), 16);
    long status = disk.status();
    disk.split.writable(status, 1);
    assertThat(disk.runChain()).isEqualTo(1);
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
    assertThat(read(SECTORS + 1, 0)).isEqualTo(BlkStatus.IOERR);
    assertThat(write(0, 0)).isEqualTo(BlkStatus.OK);
  }

  @Test
  void a_failed_read_claims_no_data_2_7_8_2() {
    disk.bdev.atOnce(IoStatus.IO_ERROR);
    assertThat(read(0, 512)).isEqualTo(BlkStatus.IOERR);
    assertThat(written).as("the status lies behind data that nobody wrote").isZero();
    assertThat(write(0, 512)).isEqualTo(BlkStatus.IOERR);
    assertThat(written).isEqualTo(1);
  }

  @Test
  void every_status_of_a_bdev_has_its_byte_5_2_6() {
    int last = IoStatus.ABORTED;
    for (int status = 0; status <= last; status++) {
      disk.bdev.atOnce(status);
      int expected =
          switch (status) {
            case IoStatus.OK -> BlkStatus.OK;
            case IoStatus.UNSUPPORTED -> BlkStatus.UNSUPP;
            default -> BlkStatus.IOERR;
          };
      assertThat(read(0, 512)).as("status %d", status).isEqualTo(expected);
    }
    assertThat(disk.queue.counters().failed()).isEqualTo(last);
    assertThat(disk.queue.counters().requests()).isEqualTo(last + 1);
  }

  @Test
  void a_read_only_disk_writes_nothing_and_says_so_5_2_6_2() {
    use(TestDisk.with().options(BlkOptions.DEFAULT.readOnly(true)).build());
    assertThat(disk.device.features() & BlkFeatures.RO).isNotZero();
    disk.ram.fill(data, 512, 1);
    assertThat(write(0, 512)).isEqualTo(BlkStatus.IOERR);
    assertThat(write(0, 0)).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.run(disk.driver.writeZeroes(0, 1, false))).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.run(disk.driver.discard(0, 1))).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.bdev.asked()).isEmpty();
    assertThat(read(0, 512)).isEqualTo(BlkStatus.OK);
    assertThat(disk.run(disk.driver.flush())).isEqualTo(BlkStatus.OK);
  }

  @Test
  void a_flush_reaches_the_bdev_by_either_number() {
    assertThat(disk.run(disk.driver.flush())).isEqualTo(BlkStatus.OK);
    assertThat(disk.driver.writtenBytes()).isEqualTo(1);
    assertThat(run(BlkType.FLUSH_OUT, 0, 0, false)).as("5.2.6.3").isEqualTo(BlkStatus.OK);
    Asked flush = new Asked(IoType.FLUSH, 0, 0, false, false);
    assertThat(disk.bdev.asked()).containsExactly(flush, flush);
  }

  @Test
  void a_flush_with_a_sector_or_data_is_a_flush_5_2_6_1() {
    assertThat(run(BlkType.FLUSH, 12345, 512, false)).isEqualTo(BlkStatus.OK);
    assertThat(written).isEqualTo(1);
    assertThat(run(BlkType.FLUSH, 0, 512, true)).isEqualTo(BlkStatus.OK);
    assertThat(written).as("no data before the status").isZero();
    assertThat(disk.bdev.asked()).hasSize(2);
  }

  @Test
  void a_flush_that_was_not_negotiated_is_done_all_the_same() {
    use(TestDisk.with().without(BlkFeatures.FLUSH | BlkFeatures.CONFIG_WCE).build());
    assertThat(disk.run(disk.driver.flush())).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.asked()).hasSize(1);
  }

  @Test
  void a_flush_that_the_bdev_does_not_know_is_unsupported() {
    use(
        TestDisk.with()
            .bdev(new PendingBdev("disk", 512, SECTORS).atOnce().unsupported(IoType.FLUSH))
            .build());
    assertThat(disk.device.features() & (BlkFeatures.FLUSH | BlkFeatures.CONFIG_WCE)).isZero();
    assertThat(disk.run(disk.driver.flush())).isEqualTo(BlkStatus.UNSUPP);
  }

  @Test
  void the_id_is_nul_padded_to_20_bytes_5_2_6() {
    disk.ram.fill(data, 32, 0x77);
    assertThat(disk.run(disk.driver.getId(data))).isEqualTo(BlkStatus.OK);
    assertThat(disk.driver.writtenBytes()).isEqualTo(21);
    byte[] id = disk.ram.get(data, 21);
    assertThat(new String(id, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("disk");
    assertThat(Arrays.copyOfRange(id, 4, 20)).containsOnly(0);
    assertThat(id[20]).isEqualTo((byte) 0x77);
  }

  @Test
  void an_id_of_20_bytes_has_no_nul_5_2_6() {
    String serial = "vol-0123456789abcdef";
    use(TestDisk.with().options(BlkOptions.DEFAULT.serial(serial)).build());
    assertThat(disk.run(disk.driver.getId(data))).isEqualTo(BlkStatus.OK);
    assertThat(new String(disk.ram.get(data, 20), StandardCharsets.US_ASCII)).isEqualTo(serial);
  }

  @Test
  void an_id_buffer_of_any_size_gets_what_fits() {
    for (int room : new int[] {0, 1, 5, 19, 20, 21, 512}) {
      disk.ram.fill(data, 513, 0x77);
      assertThat(run(BlkType.GET_ID, 0, room, true)).isEqualTo(BlkStatus.OK);
      int id = Math.min(room, 20);
      assertThat(written).as("%d bytes", room).isEqualTo(room <= 20 ? room + 1 : 20);
      byte[] expected = Arrays.copyOf("disk".getBytes(StandardCharsets.US_ASCII), id);
      assertThat(disk.ram.get(data, id)).isEqualTo(expected);
      assertThat(disk.ram.get(data + id, 513 - id)).containsOnly(0x77);
    }
  }

  @Test
  void types_of_features_that_are_not_offered_are_unsupported_5_2_6_2() {
    int barrier = 0x8000_0000;
    int[] types = {
      2,
      3,
      6,
      7,
      9,
      10,
      12,
      14,
      15,
      16,
      18,
      20,
      22,
      24,
      26,
      0x100,
      0x10000,
      barrier,
      barrier | 1,
      -1
    };
    for (int type : types) {
      assertThat(run(type, 0, 512, false)).as("type %d", type).isEqualTo(BlkStatus.UNSUPP);
      assertThat(run(type, 0, 512, true)).as("type %d", type).isEqualTo(BlkStatus.UNSUPP);
    }
    assertThat(disk.bdev.asked()).isEmpty();
  }
}

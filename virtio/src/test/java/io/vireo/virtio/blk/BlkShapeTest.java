package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.BreakReason;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.TestDisk;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests in chains of any shape, well-formed and not. */
class BlkShapeTest extends BlkRequestFixture {
  @Test
  void data_in_the_wrong_direction_is_an_error() {
    assertThat(run(BlkType.IN, 0, 512, false)).isEqualTo(BlkStatus.IOERR);
    assertThat(written).isEqualTo(1);
    assertThat(run(BlkType.OUT, 0, 512, true)).isEqualTo(BlkStatus.IOERR);
    assertThat(written).isZero();
    assertThat(run(BlkType.DISCARD, 0, 16, true)).isEqualTo(BlkStatus.IOERR);
    assertThat(run(BlkType.WRITE_ZEROES, 0, 16, true)).isEqualTo(BlkStatus.IOERR);
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void a_header_of_less_than_16_bytes_is_an_error_not_a_broken_queue() {
    for (int bytes = 0; bytes < 16; bytes++) {
      long status = disk.status();
      disk.split.readable(disk.header(BlkType.FLUSH, 0), bytes);
      disk.split.writable(status, 1);
      assertThat(disk.runChain()).isEqualTo(1);
      assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.IOERR);
    }
    long status = disk.status();
    disk.split.writable(status, 1);
    disk.runChain();
    assertThat(disk.statusAt(status)).as("no readable part").isEqualTo(BlkStatus.IOERR);
    assertThat(disk.breaks).isEmpty();
  }

  @Test
  void a_chain_without_room_for_a_status_breaks_the_queue() {
    disk.split.readable(disk.header(BlkType.FLUSH, 0), 16);
    disk.split.offer();
    disk.run();
    assertThat(disk.breaks).containsExactly(BreakReason.NO_STATUS_BYTE);
    assertThat(disk.split.used()).isZero();
    assertThat(disk.bdev.asked()).isEmpty();
  }

  @Test
  void the_status_is_the_last_writable_byte_also_behind_the_data() {
    disk.bdev.store(0, new byte[] {9, 8, 7});
    disk.ram.fill(data, 514, 0x77);
    disk.split.readable(disk.header(BlkType.IN, 0), 16);
    disk.split.writable(data, 513);
    assertThat(disk.runChain()).isEqualTo(513);
    assertThat(disk.ram.get(data, 3)).containsExactly(9, 8, 7);
    assertThat(disk.statusAt(data + 512)).isEqualTo(BlkStatus.OK);
    assertThat(disk.statusAt(data + 513)).isEqualTo(0x77);
  }

  @Test
  void a_status_buffer_of_several_bytes_is_data_and_a_status() {
    long status = disk.status();
    disk.split.readable(disk.header(BlkType.IN, 0), 16);
    disk.split.writable(data, 512);
    disk.split.writable(status, 4);
    assertThat(disk.runChain()).isZero();
    assertThat(disk.statusAt(status + 3)).as("515 bytes of data").isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void more_pieces_than_a_request_can_hold_are_an_error() {
    use(TestDisk.with().size(1024).build());
    disk.split.readable(disk.header(BlkType.IN, 0), 16);
    for (int i = 0; i < 512; i++) {
      disk.split.writable(data + 2L * i, 1);
    }
    long status = disk.status();
    disk.split.writable(status, 1);
    assertThat(disk.runChain()).isZero();
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void a_request_in_unreasonably_many_pieces_is_an_error_2_7_4_1() {
    use(TestDisk.with().size(2048).build());
    disk.split.readable(disk.header(BlkType.FLUSH, 0), 16);
    for (int i = 0; i < 1100; i++) {
      disk.split.readable(data + 2L * i, 1);
    }
    long status = disk.status();
    disk.split.writable(status, 1);
    assertThat(disk.runChain()).isEqualTo(1);
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void a_buffer_may_cross_many_of_509_regions() {
    long[] sizes = new long[509];
    Arrays.fill(sizes, 4096);
    sizes[0] = 1 << 20;
    use(TestDisk.with().ram(GuestRam.of(sizes)).build(), 0);
    byte[] random = new byte[100 * 4096];
    new Random(3).nextBytes(random);
    disk.bdev.store(0, random);
    long across = GuestRam.GPA + (1 << 20) + 150 * 4096 + 77;
    assertThat(disk.run(disk.driver.read(0, across, random.length))).isEqualTo(BlkStatus.OK);
    assertThat(disk.ram.get(across, random.length)).isEqualTo(random);
    assertThat(disk.run(disk.driver.write(1000, across, random.length))).isEqualTo(BlkStatus.OK);
    assertThat(disk.bdev.stored(1000 * 512, random.length)).isEqualTo(random);
    assertThat(disk.run(disk.driver.read(0, across, 260 * 4096)))
        .as("more than a request can hold")
        .isEqualTo(BlkStatus.IOERR);
  }

  @Test
  void as_many_segments_as_are_offered_are_served_in_a_smaller_queue() {
    long table = disk.ram.allocate(16 * 128);
    byte[] random = new byte[126 * 512];
    new Random(1).nextBytes(random);
    disk.bdev.store(0, random);
    disk.split.table(disk.ram.hva(table), table);
    disk.split.readable(disk.header(BlkType.IN, 0), 16);
    for (int i = 0; i < 126; i++) {
      disk.split.writable(data + 1024L * i, 512);
    }
    long status = disk.status();
    disk.split.writable(status, 1);
    assertThat(disk.runChain()).isEqualTo(126 * 512 + 1);
    assertThat(disk.statusAt(status)).isEqualTo(BlkStatus.OK);
    for (int i = 0; i < 126; i++) {
      assertThat(disk.ram.get(data + 1024L * i, 512)).isEqualTo(disk.bdev.stored(512L * i, 512));
    }
  }
}

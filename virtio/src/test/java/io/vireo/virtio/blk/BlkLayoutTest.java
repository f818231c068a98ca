package io.vireo.virtio.blk;

import static io.vireo.virtio.VirtioNumbers.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.VirtioNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The block device's structures against a second description, and against the kernel's. */
class BlkLayoutTest {
  private static final StructLayout HEADER =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"), JAVA_INT.withName("ioprio"), JAVA_LONG.withName("sector"));

  private static final StructLayout RANGE =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("sector"),
          JAVA_INT.withName("num_sectors"),
          JAVA_INT.withName("flags"));

  @Test
  void the_header_5_2_6() {
    assertThat(BlkHeader.BYTES)
        .isEqualTo((int) HEADER.byteSize())
        .isEqualTo((int) VirtioNumbers.of("virtio_blk_outhdr"));
    check(BlkHeader.TYPE, HEADER, "virtio_blk_outhdr", "type");
    check(BlkHeader.RESERVED, HEADER, "virtio_blk_outhdr", "ioprio");
    check(BlkHeader.SECTOR, HEADER, "virtio_blk_outhdr", "sector");
  }

  @Test
  void the_range_5_2_6() {
    assertThat(BlkRange.BYTES)
        .isEqualTo((int) RANGE.byteSize())
        .isEqualTo((int) VirtioNumbers.of("virtio_blk_discard_write_zeroes"));
    check(BlkRange.SECTOR, RANGE, "virtio_blk_discard_write_zeroes", "sector");
    check(BlkRange.NUM_SECTORS, RANGE, "virtio_blk_discard_write_zeroes", "num_sectors");
    check(BlkRange.FLAGS, RANGE, "virtio_blk_discard_write_zeroes", "flags");
  }

  @Test
  void the_configuration_space_5_2_4() {
    assertThat(BlkConfig.CAPACITY).isEqualTo(config("capacity"));
    assertThat(BlkConfig.SIZE_MAX).isEqualTo(config("size_max"));
    assertThat(BlkConfig.SEG_MAX).isEqualTo(config("seg_max"));
    assertThat(BlkConfig.BLK_SIZE).isEqualTo(config("blk_size"));
    assertThat(BlkConfig.PHYSICAL_BLOCK_EXP).isEqualTo(config("physical_block_exp"));
    assertThat(BlkConfig.MIN_IO_SIZE).isEqualTo(config("min_io_size"));
    assertThat(BlkConfig.OPT_IO_SIZE).isEqualTo(config("opt_io_size"));
    assertThat(BlkConfig.WRITEBACK).isEqualTo(config("wce"));
    assertThat(BlkConfig.NUM_QUEUES).isEqualTo(config("num_queues"));
    assertThat(BlkConfig.MAX_DISCARD_SECTORS).isEqualTo(config("max_discard_sectors"));
    assertThat(BlkConfig.MAX_DISCARD_SEG).isEqualTo(config("max_discard_seg"));
    assertThat(BlkConfig.DISCARD_SECTOR_ALIGNMENT).isEqualTo(config("discard_sector_alignment"));
    assertThat(BlkConfig.MAX_WRITE_ZEROES_SECTORS).isEqualTo(config("max_write_zeroes_sectors"));
    assertThat(BlkConfig.MAX_WRITE_ZEROES_SEG).isEqualTo(config("max_write_zeroes_seg"));
    assertThat(BlkConfig.WRITE_ZEROES_MAY_UNMAP).isEqualTo(config("write_zeroes_may_unmap"));
  }

  private static int config(String field) {
    return (int) VirtioNumbers.of("virtio_blk_config." + field);
  }

  @Test
  void numbers_have_the_kernels_values() {
    assertThat(BlkFeatures.SIZE_MAX).isEqualTo(feature("SIZE_MAX"));
    assertThat(BlkFeatures.SEG_MAX).isEqualTo(feature("SEG_MAX"));
    assertThat(BlkFeatures.RO).isEqualTo(feature("RO"));
    assertThat(BlkFeatures.BLK_SIZE).isEqualTo(feature("BLK_SIZE"));
    assertThat(BlkFeatures.FLUSH).isEqualTo(feature("FLUSH"));
    assertThat(BlkFeatures.TOPOLOGY).isEqualTo(feature("TOPOLOGY"));
    assertThat(BlkFeatures.CONFIG_WCE).isEqualTo(feature("CONFIG_WCE"));
    assertThat(BlkFeatures.MQ).isEqualTo(feature("MQ"));
    assertThat(BlkFeatures.DISCARD).isEqualTo(feature("DISCARD"));
    assertThat(BlkFeatures.WRITE_ZEROES).isEqualTo(feature("WRITE_ZEROES"));
    assertThat(BlkType.IN).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_IN"));
    assertThat(BlkType.OUT).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_OUT"));
    assertThat(BlkType.FLUSH).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_FLUSH"));
    assertThat(BlkType.GET_ID).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_GET_ID"));
    assertThat(BlkType.DISCARD).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_DISCARD"));
    assertThat(BlkType.WRITE_ZEROES).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_T_WRITE_ZEROES"));
    assertThat(BlkType.ID_BYTES).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_ID_BYTES"));
    assertThat(BlkStatus.OK).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_S_OK"));
    assertThat(BlkStatus.IOERR).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_S_IOERR"));
    assertThat(BlkStatus.UNSUPP).isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_S_UNSUPP"));
    assertThat(BlkRange.F_UNMAP)
        .isEqualTo((int) VirtioNumbers.of("VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP"));
  }

  private static long feature(String name) {
    return 1L << VirtioNumbers.of("VIRTIO_BLK_F_" + name);
  }

  @Property
  void a_range_is_what_was_put(
      @ForAll long sector, @ForAll @LongRange(max = 0xffff_ffffL) long sectors, @ForAll int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(RANGE).address();
      BlkRange.put(at, sector, sectors, flags);
      assertThat(BlkRange.sector(at)).isEqualTo(sector);
      assertThat(BlkRange.sectors(at)).isEqualTo(sectors);
      assertThat(BlkRange.flags(at)).isEqualTo(flags);
    }
  }
}

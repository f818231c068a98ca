package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.IoType;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BlkDeviceTest {
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
  void everything_is_offered_that_the_bdev_can() {
    try (BlkDevice device = device(bdev(), BlkOptions.DEFAULT)) {
      assertThat(device.features())
          .isEqualTo(
              VirtioFeatures.VERSION_1
                  | VirtioFeatures.ANY_LAYOUT
                  | VirtioFeatures.INDIRECT_DESC
                  | VirtioFeatures.EVENT_IDX
                  | BlkFeatures.SIZE_MAX
                  | BlkFeatures.SEG_MAX
                  | BlkFeatures.BLK_SIZE
                  | BlkFeatures.TOPOLOGY
                  | BlkFeatures.FLUSH
                  | BlkFeatures.CONFIG_WCE
                  | BlkFeatures.MQ
                  | BlkFeatures.DISCARD
                  | BlkFeatures.WRITE_ZEROES);
      assertThat(device.readOnly()).isFalse();
    }
  }

  @Test
  void config_wce_is_not_offered_without_flush_5_2_5_2() {
    try (BlkDevice device = device(bdev().unsupported(IoType.FLUSH), BlkOptions.DEFAULT)) {
      assertThat(device.features() & (BlkFeatures.FLUSH | BlkFeatures.CONFIG_WCE)).isZero();
      assertThatThrownBy(() -> device.writeConfig(BlkConfig.WRITEBACK, new byte[] {0}))
          .hasMessage("the cache mode of this disk cannot be switched");
    }
  }

  @Test
  void a_read_only_bdev_is_a_read_only_disk_whatever_was_asked_for() {
    try (BlkDevice device = device(bdev().asReadOnly(), BlkOptions.DEFAULT)) {
      assertThat(device.readOnly()).isTrue();
      assertThat(device.features() & BlkFeatures.RO).isNotZero();
      assertThat(device.features() & (BlkFeatures.DISCARD | BlkFeatures.WRITE_ZEROES)).isZero();
      assertThat(config(device).getInt(BlkConfig.MAX_DISCARD_SECTORS)).isZero();
      assertThat(config(device).getInt(BlkConfig.MAX_WRITE_ZEROES_SECTORS)).isZero();
    }
  }

  @Test
  void the_configuration_space_5_2_4() {
    BdevGeometry geometry = new BdevGeometry(512, 4096, 0, 0, 16, 64, 0, 32);
    BlkOptions options = BlkOptions.DEFAULT.queues(3);
    try (BlkDevice device = device(new PendingBdev("disk", geometry, 2048), options)) {
      ByteBuffer config = config(device);
      assertThat(config.capacity()).isEqualTo(60);
      assertThat(config.getLong(BlkConfig.CAPACITY)).isEqualTo(2048);
      assertThat(config.getInt(BlkConfig.SIZE_MAX)).isEqualTo(131_072);
      assertThat(config.getInt(BlkConfig.SEG_MAX)).isEqualTo(126);
      assertThat(config.getInt(16)).as("no geometry").isZero();
      assertThat(config.getInt(BlkConfig.BLK_SIZE)).isEqualTo(512);
      assertThat(config.get(BlkConfig.PHYSICAL_BLOCK_EXP)).isEqualTo((byte) 3);
      assertThat(config.get(25)).as("alignment_offset").isZero();
      assertThat(config.getShort(BlkConfig.MIN_IO_SIZE)).isEqualTo((short) 16);
      assertThat(config.getInt(BlkConfig.OPT_IO_SIZE)).isEqualTo(64);
      assertThat(config.get(BlkConfig.WRITEBACK)).isEqualTo((byte) 1);
      assertThat(config.get(33)).as("unused0, 5.2.5.2").isZero();
      assertThat(config.getShort(BlkConfig.NUM_QUEUES)).isEqualTo((short) 3);
      assertThat(config.getInt(BlkConfig.MAX_DISCARD_SECTORS)).isEqualTo(524_288);
      assertThat(config.getInt(BlkConfig.MAX_DISCARD_SEG)).isEqualTo(256);
      assertThat(config.getInt(BlkConfig.DISCARD_SECTOR_ALIGNMENT)).isEqualTo(32);
      assertThat(config.getInt(BlkConfig.MAX_WRITE_ZEROES_SECTORS)).isEqualTo(524_288);
      assertThat(config.getInt(BlkConfig.MAX_WRITE_ZEROES_SEG)).isEqualTo(256);
      assertThat(config.get(BlkConfig.WRITE_ZEROES_MAY_UNMAP)).isEqualTo((byte) 1);
      assertThat(config.get(57) | config.get(58) | config.get(59)).as("unused1").isZero();
      assertThat(device.maxQueues()).isEqualTo(3);
    }
  }

  @Test
  void capacity_is_in_sectors_whatever_the_block_is() {
    try (BlkDevice device = device(new PendingBdev("4k", 4096, 100), BlkOptions.DEFAULT)) {
      assertThat(config(device).getLong(BlkConfig.CAPACITY)).isEqualTo(800);
      assertThat(config(device).getInt(BlkConfig.BLK_SIZE)).isEqualTo(4096);
      assertThat(config(device).getInt(BlkConfig.DISCARD_SECTOR_ALIGNMENT)).isEqualTo(8);
    }
  }

  @Test
  void segments_leave_room_for_header_and_status_in_a_small_queue() {
    try (BlkDevice device = device(bdev(), BlkOptions.DEFAULT.queueSize(64))) {
      assertThat(config(device).getInt(BlkConfig.SEG_MAX)).isEqualTo(62);
      assertThat(device.maxQueueSize()).isEqualTo(64);
    }
    assertThat(BlkLimits.segMax(128)).isEqualTo(126);
    assertThat(BlkLimits.segMax(2)).isEqualTo(1);
  }

  @Test
  void only_the_cache_mode_can_be_written() {
    try (BlkDevice device = device(bdev(), BlkOptions.DEFAULT)) {
      byte[] before = device.config();
      assertThatThrownBy(() -> device.writeConfig(0, new byte[] {1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("byte 0 of the configuration space is read-only");
      assertThatThrownBy(() -> device.writeConfig(31, new byte[] {1, 0}))
          .hasMessage("byte 31 of the configuration space is read-only");
      assertThatThrownBy(() -> device.writeConfig(BlkConfig.WRITEBACK, new byte[] {2}))
          .hasMessage("cache mode 2 is neither 0 nor 1");
      assertThatThrownBy(() -> device.writeConfig(BlkConfig.WRITEBACK, new byte[] {0, 7}))
          .hasMessage("byte 33 of the configuration space is read-only");
      assertThatThrownBy(() -> device.writeConfig(59, new byte[] {0, 0}))
          .hasMessage("2 bytes at 59 leave the configuration space of 60 bytes");
      assertThatThrownBy(() -> device.writeConfig(-1, new byte[1]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> device.writeConfig(Integer.MAX_VALUE, new byte[1]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(device.config()).as("nothing has changed").isEqualTo(before);
    }
  }

  @Test
  void a_write_that_changes_nothing_else_may_cover_more() {
    try (BlkDevice device = device(bdev(), BlkOptions.DEFAULT)) {
      byte[] whole = device.config();
      whole[BlkConfig.WRITEBACK] = 0;
      device.writeConfig(0, whole);
      assertThat(device.config()).isEqualTo(whole);
      device.writeConfig(12, new byte[0]);
    }
  }

  @Test
  void a_queue_larger_than_offered_is_refused() {
    try (TestDisk disk = TestDisk.with().build()) {
      QueueConfig large =
          new QueueConfig(
              0, 2048, 0, 0, 0, 0, 0, disk.ram.table(), null, disk.budget, (i, r) -> {});
      assertThatThrownBy(() -> disk.device.createQueue(large, disk.stepped.reactor()))
          .hasMessage("queue size 2048 is more than 1024");
      QueueConfig odd =
          new QueueConfig(0, 300, 0, 0, 0, 0, 0, disk.ram.table(), null, disk.budget, (i, r) -> {});
      assertThatThrownBy(() -> disk.device.createQueue(odd, disk.stepped.reactor()))
          .hasMessage("queue size 300 is not a power of two of at most 32768");
    }
  }

  @Test
  void the_id_string_is_the_serial_or_the_bdevs_name_cut_off() {
    String name = "a-name-of-more-than-twenty-bytes";
    assertThat(BlkOptions.DEFAULT.id(name))
        .isEqualTo(name.substring(0, 20).getBytes(StandardCharsets.US_ASCII));
    assertThat(BlkOptions.DEFAULT.serial("").id(name)).containsOnly(0).hasSize(20);
    assertThat(BlkOptions.DEFAULT.id("ü")[0]).isEqualTo((byte) '?');
  }

  @Test
  void options_that_cannot_be_are_refused_with_value_and_limit() {
    BlkOptions usual = BlkOptions.DEFAULT;
    assertThatThrownBy(() -> usual.serial("123456789012345678901"))
        .hasMessage("serial 123456789012345678901 has 21 characters, more than 20");
    assertThatThrownBy(() -> usual.serial("tab\t"))
        .hasMessage("serial tab\t has characters other than printable ASCII");
    assertThatThrownBy(() -> usual.queues(0))
        .hasMessage("number of queues 0 is not between 1 and 256");
    assertThatThrownBy(() -> usual.queues(257))
        .hasMessage("number of queues 257 is not between 1 and 256");
    assertThatThrownBy(() -> usual.queueSize(100))
        .hasMessage("queue size 100 is not a power of two of at most 32768");
  }
}

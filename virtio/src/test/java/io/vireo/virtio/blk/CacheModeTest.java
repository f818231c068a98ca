package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoType;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.PendingBdev.Asked;
import io.vireo.virtio.TestDisk;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a write may complete only if it is durable (virtio 1.3, 5.2.5 and 5.2.6.2). */
class CacheModeTest {
  private static final byte[] WRITETHROUGH = {0};
  private static final byte[] WRITEBACK = {1};

  private TestDisk disk;

  private void with(long without, PendingBdev bdev) {
    disk = TestDisk.with().without(without).bdev(bdev).build();
  }

  private static PendingBdev bdev() {
    return new PendingBdev("disk", 512, 2048).atOnce();
  }

  @AfterEach
  void close() {
    disk.close();
  }

  /** One of each that changes the disk; which of them were write-through. */
  private List<Boolean> writes() {
    long data = disk.ram.allocate(512);
    disk.bdev.asked().clear();
    disk.run(disk.driver.write(0, data, 512));
    disk.run(disk.driver.writeZeroes(0, 1, false));
    long status = disk.status(); // the same with a split header, on the other way
    long header = disk.header(BlkType.OUT, 0);
    disk.split.readable(header, 8);
    disk.split.readable(header + 8, 8);
    disk.split.readable(data, 512);
    disk.split.writable(status, 1);
    disk.runChain();
    return disk.bdev.asked().stream().map(Asked::fua).toList();
  }

  private void mode(byte[] mode) {
    disk.device.writeConfig(BlkConfig.WRITEBACK, mode);
  }

  @Test
  void a_driver_that_flushes_has_a_writeback_cache() {
    with(0, bdev());
    assertThat(writes()).containsExactly(false, false, false);
  }

  @Test
  void without_flush_and_config_wce_writes_are_stable_5_2_6_2_case_1() {
    with(BlkFeatures.FLUSH | BlkFeatures.CONFIG_WCE, bdev());
    assertThat(writes()).containsExactly(true, true, true);
  }

  @Test
  void with_flush_alone_the_cache_is_writeback_5_2_5_1() {
    with(BlkFeatures.CONFIG_WCE, bdev());
    assertThat(writes()).containsExactly(false, false, false);
  }

  @Test
  void with_config_wce_alone_the_mode_begins_as_writethrough_5_2_5_2() {
    with(BlkFeatures.FLUSH, bdev());
    assertThat(disk.device.config()[BlkConfig.WRITEBACK]).isZero();
    assertThat(writes()).containsExactly(true, true, true);
  }

  @Test
  void the_driver_switches_between_requests_5_2_6_2_case_2() {
    with(0, bdev());
    mode(WRITETHROUGH);
    assertThat(disk.device.config()[BlkConfig.WRITEBACK]).isZero();
    assertThat(writes()).containsExactly(true, true, true);
    mode(WRITEBACK);
    assertThat(disk.device.config()[BlkConfig.WRITEBACK]).isEqualTo((byte) 1);
    assertThat(writes()).containsExactly(false, false, false);
  }

  @Test
  void a_write_submitted_after_the_switch_is_executed_in_the_new_mode() {
    with(0, bdev());
    long data = disk.ram.allocate(512);
    disk.driver.write(0, data, 512);
    mode(WRITETHROUGH);
    disk.run();
    assertThat(disk.bdev.asked()).extracting(Asked::fua).containsExactly(true);
  }

  @Test
  void reads_and_discards_are_never_write_through() {
    with(0, bdev());
    mode(WRITETHROUGH);
    disk.run(disk.driver.read(0, disk.ram.allocate(512), 512));
    disk.run(disk.driver.discard(0, 1));
    disk.run(disk.driver.flush());
    assertThat(disk.bdev.asked()).extracting(Asked::fua).containsOnly(false);
    assertThat(disk.bdev.asked())
        .extracting(Asked::type)
        .containsExactly(IoType.READ, IoType.UNMAP, IoType.FLUSH);
  }

  @Test
  void features_that_come_again_while_the_driver_runs_leave_the_mode_alone() {
    with(0, bdev());
    mode(WRITETHROUGH);
    disk.device.features(TestDisk.LINUX);
    assertThat(disk.device.config()[BlkConfig.WRITEBACK]).isZero();
    assertThat(writes()).containsExactly(true, true, true);
  }

  @Test
  void a_disk_without_a_volatile_cache_begins_as_writethrough() {
    with(0, bdev().withoutWriteCache());
    assertThat(disk.device.config()[BlkConfig.WRITEBACK]).isZero();
  }
}

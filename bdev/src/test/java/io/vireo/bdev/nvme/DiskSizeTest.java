package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Disks whose namespaces get another size while they are used. */
class DiskSizeTest {
  private static final int BLOCKS = ModelOptions.DEFAULT.blocks();
  private static final int BLOCK = DiskFixture.BLOCK;
  private static final int TYPE_NOTICE = 2;
  private static final int CHANGED_NAMESPACES = 4;

  private static void resize(DiskFixture disk, int blocks) {
    disk.slot.model().resizeNamespace(1, blocks);
    disk.slot.model().event(TYPE_NOTICE, 0, CHANGED_NAMESPACES);
  }

  @Test
  void an_open_channel_uses_what_a_namespace_has_grown_by_and_loses_nothing_in_flight() {
    try (DiskFixture disk = new DiskFixture()) {
      assertThat(disk.driver.run(IoType.WRITE_ZEROES, (long) BLOCKS * BLOCK, BLOCK))
          .isEqualTo(IoStatus.OUT_OF_RANGE);
      disk.faults().always(DiskFixture::isIo, Kind.DELAY, 1_000_000_000);
      disk.fetchedWrites(0, 16);
      resize(disk, 2 * BLOCKS);
      disk.until("the news", () -> !disk.disk.listener.events().isEmpty());
      assertThat(disk.disk.listener.events()).containsExactly("resized Nvme0n1 to " + 2 * BLOCKS);
      disk.faults().clear();
      byte[] last = disk.pattern(77);
      long end = 2L * BLOCKS * BLOCK;
      disk.driver.submit(disk.driver.prepareWrite(40, end - BLOCK, last));
      assertThat(disk.driver.await(disk.io(40))).isEqualTo(IoStatus.OK);
      assertThat(disk.driver.ended(disk.io(0))).isFalse();
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      for (int i = 0; i < 16; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
        assertThat(disk.driver.read((long) i * BLOCK, BLOCK)).isEqualTo(disk.pattern(i));
      }
      assertThat(disk.driver.read(end - BLOCK, BLOCK)).isEqualTo(last);
      assertThat(disk.driver.run(IoType.WRITE_ZEROES, end, BLOCK)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(disk.driver.completions()).isEqualTo(16 + 1 + 17);
    }
  }

  @Test
  void a_disk_that_nobody_has_open_may_shrink_and_one_in_use_is_another_disk_then() {
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT.withNamespaces(2, 9), Map.of())) {
      disk.slot.model().resizeNamespace(2, BLOCKS / 2);
      String second = "Nvme0n2";
      UUID name = disk.module.bdevs.require(second).uuid();
      disk.slot.model().event(TYPE_NOTICE, 0, CHANGED_NAMESPACES);
      disk.until("its size", () -> disk.module.bdevs.require(second).blocks() == BLOCKS / 2);
      assertThat(disk.module.bdevs.require(second).uuid()).isEqualTo(name);
      disk.writes(0, 8);
      resize(disk, BLOCKS / 2);
      disk.until("removal", () -> disk.disk.listener.events().contains("removed Nvme0n1"));
      for (int i = 0; i < 8; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
      }
      disk.until(
          "its successor",
          () ->
              disk.module.bdevs.find("Nvme0n1").filter(b -> b.blocks() == BLOCKS / 2).isPresent());
      assertThat(disk.driver.run(IoType.WRITE_ZEROES, 0, BLOCK)).isEqualTo(IoStatus.NO_DEVICE);
    }
  }
}

package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.TestDisk;
import org.junit.jupiter.api.Test;

class BlkQueueTest {
  @Test
  void what_is_written_is_read_back() {
    try (TestDisk disk = TestDisk.with().build()) {
      long data = disk.ram.allocate(4096);
      disk.ram.fill(data, 4096, 0x5a);
      assertThat(disk.run(disk.driver.write(8, data, 4096))).isEqualTo(BlkStatus.OK);
      assertThat(disk.driver.writtenBytes()).isEqualTo(1);
      disk.ram.fill(data, 4096, 0);
      assertThat(disk.run(disk.driver.read(8, data, 4096))).isEqualTo(BlkStatus.OK);
      assertThat(disk.driver.writtenBytes()).isEqualTo(4097);
      assertThat(disk.ram.get(data, 4096)).containsOnly(0x5a);
      assertThat(disk.bdev.stored(8 * 512, 4096)).containsOnly(0x5a);
    }
  }
}

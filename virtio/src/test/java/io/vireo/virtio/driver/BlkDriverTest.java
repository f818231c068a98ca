package io.vireo.virtio.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkStatus;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlkDriverTest {
  private static TestDisk disk(boolean indirect) {
    return TestDisk.with().size(8).without(indirect ? 0 : VirtioFeatures.INDIRECT_DESC).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_ring_holds_as_many_requests_as_it_has_descriptors_for(boolean indirect) {
    try (TestDisk disk = disk(indirect)) {
      long data = disk.ram.allocate(512);
      int room = indirect ? 8 : 2; // three each
      for (int i = 0; i < room; i++) {
        assertThat(disk.driver.read(i, data, 512)).isNotNegative();
      }
      assertThat(disk.driver.read(0, data, 512)).isEqualTo(-1);
      assertThat(disk.driver.flush()).isEqualTo(-1);
      assertThat(disk.driver.discard(0, 1)).isEqualTo(-1);
      disk.run();
      for (int i = 0; i < room; i++) {
        assertThat(disk.driver.status(disk.driver.poll())).isEqualTo(BlkStatus.OK);
      }
      assertThat(disk.driver.poll()).isEqualTo(-1);
      assertThat(disk.driver.read(0, data, 512)).isNotNegative();
      disk.run();
      disk.driver.poll();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void every_kind_of_request_is_understood(boolean indirect) {
    try (TestDisk disk = disk(indirect)) {
      long data = disk.ram.allocate(512);
      assertThat(disk.run(disk.driver.write(1, data, 512))).isEqualTo(BlkStatus.OK);
      assertThat(disk.run(disk.driver.read(1, data, 512))).isEqualTo(BlkStatus.OK);
      assertThat(disk.driver.writtenBytes()).isEqualTo(513);
      assertThat(disk.run(disk.driver.flush())).isEqualTo(BlkStatus.OK);
      assertThat(disk.run(disk.driver.getId(data))).isEqualTo(BlkStatus.OK);
      assertThat(disk.run(disk.driver.discard(1, 1))).isEqualTo(BlkStatus.OK);
      assertThat(disk.run(disk.driver.writeZeroes(1, 1, true))).isEqualTo(BlkStatus.OK);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_status_is_not_there_before_the_device_wrote_it(boolean indirect) {
    try (TestDisk disk = disk(indirect)) {
      int tag = disk.driver.flush();
      assertThat(disk.driver.status(tag)).isEqualTo(BlkDriver.NO_STATUS);
      disk.run(tag);
      assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
    }
  }
}

package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.nvme.model.Faults.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Controllers that go while they have requests. */
class LostDriveTest {
  private static final int WRITES = 8;

  @ParameterizedTest
  @CsvSource({"255, false", "255, true", "0, false", "0, true"})
  void what_is_in_flight_ends_also_when_the_kernel_knew_first(
      int registerByte, boolean wantedBack) {
    try (DiskFixture disk = new DiskFixture()) {
      disk.faults().always(DiskFixture::isIo, Kind.LOST, 0);
      disk.writes(0, WRITES);
      disk.slot.wantedBack = wantedBack;
      disk.faults().gone(registerByte);
      disk.until("end of all requests", () -> disk.driver.completions() == WRITES);
      for (int i = 0; i < WRITES; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.IO_ERROR);
      }
    }
  }

  @Test
  void a_drive_that_is_wanted_back_does_not_wait_for_ever() {
    try (DiskFixture disk = new DiskFixture()) {
      disk.faults().always(DiskFixture::isIo, Kind.LOST, 0);
      disk.writes(0, 1);
      disk.module.clock.stop();
      disk.slot.wantedBack = true;
      disk.until("its removal", () -> disk.module.state("Nvme0").equals("deleting"));
      assertThat(disk.driver.ended(disk.io(0))).isFalse();
      disk.module.clock.advanceMs(5_000);
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.IO_ERROR);
    }
  }
}

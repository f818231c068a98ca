package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.Map;
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

  private static void detach(DiskFixture disk) {
    new Thread(
            () -> disk.module.call("bdev_nvme_detach_controller", disk.module.detach("Nvme0")),
            "operator")
        .start();
    disk.until("its removal", () -> disk.module.state("Nvme0").equals("deleting"));
  }

  private static void assertEndsWhole(DiskFixture disk) {
    NvmeGetControllers all = new NvmeGetControllers(null);
    disk.until(
        "its end",
        () -> {
          disk.module.clock.advanceMs(10);
          return disk.module.call("bdev_nvme_get_controllers", all).equals(List.of());
        });
    for (int i = 0; i < WRITES; i++) {
      assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.IO_ERROR);
    }
    assertThat(disk.slot.open).isFalse();
    assertThat(disk.slot.usesWhileClosed).hasValue(0);
    assertThat(disk.slot.allocations()).isZero();
    assertThat(disk.module.bus.buffers.free()).isEqualTo(ModelBus.BUFFERS);
  }

  /** It keeps some writes, and can be stopped neither by itself nor from outside. */
  private static void lose(DiskFixture disk) {
    disk.module.clock.stop();
    disk.faults().always(DiskFixture::isIo, Kind.LOST, 0);
    disk.fetchedWrites(0, WRITES);
    disk.slot.unstoppable = true;
  }

  @Test
  void a_drive_that_is_detached_and_cannot_be_stopped_ends_everything_without_its_function() {
    try (DiskFixture disk = new DiskFixture()) {
      lose(disk);
      disk.faults().stickReady(true);
      detach(disk);
      assertEndsWhole(disk);
    }
  }

  @Test
  void one_that_could_not_be_stopped_for_a_reset_is_given_up_with_everything() {
    try (DiskFixture disk = new DiskFixture()) {
      lose(disk);
      disk.faults().fatal(true); // it is to be brought back now
      disk.faults().stickReady(true);
      assertEndsWhole(disk);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "10, 1, 10"})
  void one_that_is_gone_for_us_and_cannot_be_stopped_is_given_up_in_its_time(
      int lossSec, int delaySec, int leastSec) {
    Map<String, Object> options =
        Map.of("ctrlr_loss_timeout_sec", lossSec, "reconnect_delay_sec", delaySec);
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT, options)) {
      lose(disk);
      long since = disk.module.clock.nanoTime();
      disk.faults().gone();
      assertEndsWhole(disk);
      assertThat(disk.module.clock.nanoTime() - since).isGreaterThan(leastSec * 1_000_000_000L);
    }
  }

  @Test
  void one_that_is_pulled_out_while_it_is_disabled_is_detached() {
    try (DiskFixture disk = new DiskFixture()) {
      disk.call("bdev_nvme_disable_controller", new NvmeName("Nvme0", null));
      disk.faults().gone();
      disk.until("its detachment", () -> !disk.slot.open);
      assertThat(disk.slot.allocations()).isZero();
    }
  }

  @Test
  void what_comes_behind_the_end_does_nothing() throws Exception {
    try (DiskFixture disk = new DiskFixture()) {
      NvmeDrive drive = disk.module.drive("Nvme0");
      DriveQueue queue = drive.join(disk.stepped.reactor()); // never leaves before the end
      Thread[] thread = new Thread[1];
      disk.slot.onClose =
          () -> {
            thread[0] = Thread.currentThread();
            drive.removed();
            drive.leave(queue);
          };
      disk.call("bdev_nvme_detach_controller", disk.module.detach("Nvme0"));
      thread[0].join();
      assertThat(queue.users).as("the queue is closed once").isEqualTo(1);
      assertThat(disk.slot.usesWhileClosed).hasValue(0);
      assertThat(disk.slot.allocations()).isZero();
    }
  }
}

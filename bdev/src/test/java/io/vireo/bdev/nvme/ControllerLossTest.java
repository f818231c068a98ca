package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.Load;
import io.vireo.bdev.RecordingListener;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Controllers that cannot be brought back: how long it is tried, and what becomes of requests. */
class ControllerLossTest {
  private static final NvmeName NAME = new NvmeName("Nvme0", null);
  private static final int WRITES = 6;
  private static final int INTERNAL_ERROR = 0x4006;

  private static DiskFixture with(int lossSec, int delaySec, int fastFailSec) {
    DiskFixture disk =
        new DiskFixture(
            ModelOptions.DEFAULT,
            Map.of(
                "ctrlr_loss_timeout_sec",
                lossSec,
                "reconnect_delay_sec",
                delaySec,
                "fast_io_fail_timeout_sec",
                fastFailSec));
    disk.module.clock.stop();
    return disk;
  }

  private static boolean isIdentify(Command command) {
    return command.isAdmin() && command.opcode() == 0x06;
  }

  private static void refused(DiskFixture disk, String method, String sentence) {
    disk.disk.whileStepping(
        () ->
            assertThatThrownBy(() -> disk.module.call(method, NAME))
                .isInstanceOf(BdevException.class)
                .hasMessageStartingWith(sentence));
  }

  private static void assertState(DiskFixture disk, String... states) {
    assertThat(disk.module.state("Nvme0")).isIn((Object[]) states);
  }

  /** The controller keeps some writes, and then it cannot be identified any more. */
  private static void breakDown(DiskFixture disk) {
    disk.faults().always(DiskFixture::isIo, Kind.LOST, 0);
    disk.fetchedWrites(0, WRITES);
    disk.faults().always(ControllerLossTest::isIdentify, Kind.STATUS, INTERNAL_ERROR);
    refused(disk, "bdev_nvme_reset_controller", "controller Nvme0 could not be reset: ");
  }

  private static void assertAllFail(DiskFixture disk) {
    for (int i = 0; i < WRITES; i++) {
      assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.IO_ERROR);
    }
    assertThat(disk.driver.completions()).isEqualTo(WRITES);
  }

  private static void assertAllWait(DiskFixture disk) {
    for (int i = 0; i < WRITES; i++) {
      assertThat(disk.driver.ended(disk.io(i))).isFalse();
    }
  }

  private static void assertServes(DiskFixture disk) {
    assertState(disk, "enabled");
    assertThat(disk.driver.write(0, disk.pattern(7))).isEqualTo(IoStatus.OK);
    assertThat(disk.driver.read(0, DiskFixture.BLOCK)).isEqualTo(disk.pattern(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bdev_nvme_reset_controller", "bdev_nvme_enable_controller"})
  void it_is_tried_once_by_default_and_everything_fails_until_an_operator_brings_it_back(
      String method) {
    try (DiskFixture disk = new DiskFixture()) {
      breakDown(disk);
      assertState(disk, "failed");
      assertAllFail(disk);
      assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
      refused(disk, method, "controller Nvme0 could not be ");
      assertState(disk, "failed");
      assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
      disk.faults().clear();
      disk.call(method, NAME);
      assertServes(disk);
    }
  }

  @Test
  void a_failed_controller_gives_no_new_channels() {
    try (DiskFixture disk = new DiskFixture()) {
      breakDown(disk);
      BdevDescriptor other = disk.module.bdevs.open("Nvme0n1", false, new RecordingListener());
      disk.disk.whileStepping(
          () ->
              assertThatThrownBy(() -> other.channel(disk.stepped.reactor()))
                  .isInstanceOf(BdevException.class)
                  .hasMessage("controller Nvme0 is failed"));
      disk.disk.whileStepping(other::close);
    }
  }

  @Test
  void one_that_stays_half_enabled_when_that_fails_can_be_enabled_again() {
    try (DiskFixture disk = new DiskFixture()) {
      disk.faults()
          .always(
              command -> {
                disk.faults().stickReady(isIdentify(command)); // it cannot be disabled then
                return isIdentify(command);
              },
              Kind.STATUS,
              INTERNAL_ERROR);
      refused(disk, "bdev_nvme_reset_controller", "controller Nvme0 could not be reset: ");
      assertState(disk, "failed");
      disk.faults().clear();
      disk.call("bdev_nvme_enable_controller", NAME);
      assertServes(disk);
    }
  }

  @Test
  void one_that_does_not_come_back_in_its_time_is_detached_and_can_be_attached_again() {
    try (DiskFixture disk = with(1, 1, 0)) {
      breakDown(disk);
      assertState(disk, "reconnect_is_delayed");
      assertAllWait(disk);
      disk.module.clock.advanceMs(999);
      settle(disk);
      assertState(disk, "reconnect_is_delayed");
      assertAllWait(disk);
      disk.module.clock.advanceMs(1);
      untilDetached(disk);
      assertAllFail(disk);
      assertThat(disk.module.bdevs.all()).isEmpty();
      assertThat(disk.slot.open).isFalse();
      assertThat(disk.slot.allocations()).isZero();
      disk.faults().clear();
      assertThat(disk.module.attach("Nvme0", DiskFixture.ADDRESS)).isEqualTo(List.of("Nvme0n1"));
      assertState(disk, "enabled");
    }
  }

  private static void untilDetached(DiskFixture disk) {
    NvmeGetControllers all = new NvmeGetControllers(null);
    disk.until(
        "its detachment",
        () -> disk.module.call("bdev_nvme_get_controllers", all).equals(List.of()));
  }

  /** Afterwards the drive has looked at everything at least once. */
  private static void settle(DiskFixture disk) {
    long until = System.nanoTime() + 3 * NvmeOptions.DEFAULT.adminPollUs() * 1_000;
    disk.until("some looks", () -> System.nanoTime() - until > 0);
  }

  @Test
  void its_time_begins_with_the_first_failure_whoever_tries_it_again() {
    try (DiskFixture disk = with(2, 1, 0)) {
      breakDown(disk);
      disk.module.clock.advanceMs(900);
      refused(disk, "bdev_nvme_reset_controller", "controller Nvme0 could not be reset: ");
      disk.module.clock.advanceMs(1000);
      settle(disk);
      assertState(disk, "reconnect_is_delayed");
      assertAllWait(disk);
      disk.module.clock.advanceMs(1000); // 2.9 s after it broke down, 2 s after the operator's
      untilDetached(disk);
      assertAllFail(disk);
    }
  }

  @Test
  void one_that_an_operator_cannot_enable_is_tried_again_too() {
    try (DiskFixture disk = with(-1, 1, 0)) {
      disk.call("bdev_nvme_disable_controller", NAME);
      disk.faults().always(ControllerLossTest::isIdentify, Kind.STATUS, INTERNAL_ERROR);
      refused(disk, "bdev_nvme_enable_controller", "controller Nvme0 could not be enabled: ");
      assertState(disk, "reconnect_is_delayed");
      disk.faults().clear();
      disk.module.clock.advanceMs(1000);
      disk.until("its return", () -> disk.module.state("Nvme0").equals("enabled"));
      assertServes(disk);
    }
  }

  @Test
  void requests_may_fail_earlier_than_the_controller_is_given_up() {
    try (DiskFixture disk = with(-1, 1, 1)) {
      breakDown(disk);
      assertState(disk, "reconnect_is_delayed");
      assertAllWait(disk);
      disk.module.clock.advanceMs(1000);
      assertAllFail(disk);
      assertThat(disk.driver.write(0, disk.pattern(1))).isEqualTo(IoStatus.IO_ERROR);
      assertState(disk, "reconnect_is_delayed", "resetting");
      disk.faults().clear();
      disk.module.clock.advanceMs(1000);
      disk.until("its return", () -> disk.module.state("Nvme0").equals("enabled"));
      assertServes(disk);
    }
  }

  @Test
  void one_that_is_pulled_out_under_load_ends_everything_and_is_detached() {
    try (DiskFixture disk = DiskFixture.withFaults(Map.of())) { // the BAR's may come late
      Load load = new Load(disk.disk.channel, 0);
      load.start();
      disk.until("some of the load", () -> load.completed.get() > 100);
      disk.slot.model().loseBar();
      disk.until("the end of the load", () -> load.over.getCount() == 0);
      disk.module.clock.advanceMs(1000);
      disk.until("its detachment", () -> !disk.slot.open);
      assertThat(load.wrong).hasValue(0);
      assertThat(disk.module.bdevs.all()).isEmpty();
      assertThat(disk.slot.allocations()).isZero();
      load.close();
    }
  }
}

package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.Load;
import io.vireo.bdev.RecordingListener;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Resets of a disk, which want its requests to end, and resets of its controller, which do not. */
class DiskResetTest {
  private static final int WRITES = 10;

  private static boolean isFirst(Command command) {
    return DiskFixture.isIo(command) && command.nsid() == 1;
  }

  private static BdevIo reset(DiskFixture disk) {
    BdevIo reset = disk.io(50);
    reset.prepare(IoType.RESET, 0, 0);
    disk.driver.submit(reset);
    return reset;
  }

  private static void assertAborted(DiskFixture disk, BdevIo reset) {
    assertThat(disk.driver.await(reset)).isEqualTo(IoStatus.OK);
    for (int i = 0; i < WRITES; i++) {
      assertThat(disk.driver.ended(disk.io(i))).isTrue();
      assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.ABORTED);
    }
    assertThat(disk.driver.completions()).isEqualTo(WRITES + 1);
  }

  @Test
  void commands_that_the_controller_has_are_aborted() {
    try (DiskFixture disk = new DiskFixture()) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      disk.faults().always(DiskResetTest::isFirst, Kind.DROP, 0);
      disk.fetchedWrites(0, WRITES);
      disk.module.clock.stop(); // the time after which a reset would end them does not come
      assertAborted(disk, reset(disk));
      assertThat(aborts).hasValue(WRITES);
      disk.faults().clear();
      assertThat(disk.driver.write(0, disk.pattern(5))).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void what_no_abort_ends_is_ended_by_a_reset_that_other_disks_do_not_notice() {
    ModelOptions two = ModelOptions.DEFAULT.withNamespaces(2, 9);
    try (DiskFixture disk = new DiskFixture(two, Map.of())) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      disk.module.clock.stop();
      BdevDescriptor open = disk.module.bdevs.open("Nvme0n2", true, new RecordingListener());
      BdevDescriptor[] other = {open};
      ChannelDriver[] others = new ChannelDriver[1];
      disk.disk.whileStepping(
          () -> others[0] = disk.disk.driver(other[0].channel(disk.stepped.reactor()), 4, 4096));
      disk.faults().always(DiskResetTest::isFirst, Kind.LOST, 0);
      disk.faults().once(c -> DiskFixture.isIo(c) && c.nsid() == 2, Kind.LOST, 0);
      disk.fetchedWrites(0, WRITES);
      BdevIo theirs = others[0].prepareWrite(0, 0, disk.pattern(9));
      long before = disk.slot.model().fetchedIo();
      others[0].submit(theirs);
      disk.until("fetching", () -> disk.slot.model().fetchedIo() > before);
      BdevIo reset = reset(disk);
      disk.until("the aborts", () -> aborts.get() == WRITES);
      assertThat(disk.driver.ended(disk.io(0))).isFalse();
      disk.until(
          "what no abort ends",
          () -> {
            disk.module.clock.advanceMs(100);
            return disk.driver.ended(reset);
          });
      assertAborted(disk, reset);
      assertThat(others[0].await(theirs)).isEqualTo(IoStatus.OK);
      assertThat(others[0].completions()).isEqualTo(1);
      disk.disk.whileStepping(open::close);
    }
  }

  @Test
  void requests_end_also_while_their_controller_cannot_be_brought_back() {
    Map<String, Object> patient = Map.of("ctrlr_loss_timeout_sec", -1, "reconnect_delay_sec", 1);
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT, patient)) {
      disk.faults().always(DiskResetTest::isFirst, Kind.LOST, 0);
      disk.writes(0, WRITES / 2);
      disk.faults().always(c -> c.isAdmin() && c.opcode() == 0x06, Kind.STATUS, 0x4006);
      disk.disk.whileStepping(
          () -> {
            try {
              disk.module.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
              throw new AssertionError("the controller answers no identify");
            } catch (BdevException e) {
              assertThat(e).hasMessageStartingWith("controller Nvme0 could not be reset: ");
            }
          });
      assertThat(disk.module.state("Nvme0")).isEqualTo("reconnect_is_delayed");
      disk.writes(WRITES / 2, WRITES / 2); // these wait too
      assertAborted(disk, reset(disk));
      disk.faults().clear();
      disk.until("its return", () -> disk.module.state("Nvme0").equals("enabled"));
      assertThat(disk.driver.write(0, disk.pattern(3))).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void controllers_that_are_reset_under_load_lose_nothing_and_do_nothing_twice() {
    try (DiskFixture disk = new DiskFixture()) {
      Load load = new Load(disk.disk.channel, 0);
      load.start();
      for (int i = 0; i < 25; i++) {
        long done = load.completed.get();
        disk.until("some of the load", () -> load.completed.get() > done + 20);
        disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      }
      disk.disk.unregister();
      disk.until("the end of the load", () -> load.over.getCount() == 0);
      assertThat(load.wrong).hasValue(0);
      assertThat(load.failed).hasValue(0);
      assertThat(disk.slot.model().rungWhileDisabled()).isZero();
      load.close();
    }
  }

  @Test
  void resets_let_commands_end_that_the_controller_has_and_send_nothing_twice() {
    try (DiskFixture disk = new DiskFixture()) {
      AtomicInteger sent = disk.counting(DiskResetTest::isFirst);
      disk.faults().always(DiskResetTest::isFirst, Kind.DELAY, 300);
      disk.fetchedWrites(0, WRITES);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      for (int i = 0; i < WRITES; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
      }
      assertThat(sent).hasValue(WRITES);
    }
  }

  @Test
  void resets_do_not_wait_long_for_commands_that_do_not_end_and_send_them_again() {
    try (DiskFixture disk = new DiskFixture()) {
      AtomicInteger sent = disk.counting(DiskResetTest::isFirst);
      disk.module.clock.stop();
      disk.faults().always(DiskResetTest::isFirst, Kind.LOST, 0);
      disk.fetchedWrites(0, WRITES);
      disk.faults().clear();
      AtomicInteger again = disk.counting(DiskResetTest::isFirst);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      for (int i = 0; i < WRITES; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
      }
      assertThat(sent).hasValue(WRITES);
      assertThat(again).hasValue(WRITES);
    }
  }

  @Test
  void controllers_that_are_disabled_under_load_end_what_they_had_and_serve_again() {
    try (DiskFixture disk = new DiskFixture()) {
      Load load = new Load(disk.disk.channel, 0);
      load.start();
      for (int i = 0; i < 10; i++) {
        long done = load.completed.get() - load.failed.get();
        disk.until("some of the load", () -> load.completed.get() - load.failed.get() > done + 20);
        disk.call("bdev_nvme_disable_controller", new NvmeName("Nvme0", null));
        long failed = load.failed.get();
        disk.until("a refusal", () -> load.failed.get() > failed);
        disk.call("bdev_nvme_enable_controller", new NvmeName("Nvme0", null));
      }
      disk.disk.unregister();
      disk.until("the end of the load", () -> load.over.getCount() == 0);
      assertThat(load.wrong).hasValue(0);
      assertThat(disk.slot.model().rungWhileDisabled()).isZero();
      load.close();
    }
  }
}

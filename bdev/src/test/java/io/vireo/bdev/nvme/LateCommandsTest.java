package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vireo.bdev.IoStatus;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.reactor.Uninterrupted;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Commands that take longer than their time, by the reactor's clock, and what is done then. */
class LateCommandsTest {
  private static final long TIMEOUT_US = 50_000;
  private static final long TIMEOUT_NS = TIMEOUT_US * 1_000;
  private static final int WRITES = 12;

  private static DiskFixture with(String action) {
    DiskFixture disk =
        new DiskFixture(
            ModelOptions.DEFAULT, Map.of("timeout_us", TIMEOUT_US, "action_on_timeout", action));
    disk.module.clock.stop();
    return disk;
  }

  private static boolean isFirstWrite(Command command) {
    return DiskFixture.isIo(command) && command.opcode() == 0x01 && command.lba() == 0;
  }

  private static void assertWritten(DiskFixture disk, int from) {
    for (int i = from; i < WRITES; i++) {
      assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
    }
    for (int i = from; i < WRITES; i++) {
      int at = i * DiskFixture.BLOCK;
      assertThat(disk.slot.model().namespace(1).data()[at]).isEqualTo((byte) (i + 1));
    }
  }

  /** Commands grow old until that has happened. */
  private static void passUntil(DiskFixture disk, AtomicInteger happened) {
    disk.until(
        "what comes of late commands",
        () -> {
          disk.pass(TIMEOUT_NS / 2);
          return happened.get() > 0;
        });
  }

  @Test
  void without_an_action_they_are_left_alone_and_end_by_an_operators_reset() {
    try (DiskFixture disk = with("none")) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().once(LateCommandsTest::isFirstWrite, Kind.LOST, 0);
      disk.writes(0, WRITES);
      assertWritten(disk, 1);
      disk.pass(10 * TIMEOUT_NS);
      assertThat(disk.call("bdev_nvme_get_controllers", new NvmeGetControllers(null))).isNotNull();
      assertThat(disk.module.state("Nvme0")).isEqualTo("enabled");
      assertThat(disk.driver.ended(disk.io(0))).isFalse();
      assertThat(aborts).hasValue(0);
      assertThat(resets).hasValue(0);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      assertWritten(disk, 0);
      assertThat(resets).hasValue(1);
      assertThat(disk.driver.completions()).isEqualTo(WRITES);
    }
  }

  @Test
  void abort_ends_what_is_late_and_nothing_else() {
    try (DiskFixture disk = with("abort")) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().once(LateCommandsTest::isFirstWrite, Kind.DROP, 0);
      disk.writes(0, WRITES);
      assertWritten(disk, 1);
      disk.pass(TIMEOUT_NS / 2);
      disk.faults().always(c -> DiskFixture.isIo(c) && c.lba() == 0, Kind.STATUS, 0x006);
      disk.pass(TIMEOUT_NS);
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.ABORTED); // by its status, 007h
      assertThat(disk.disk.bdev.stats().errors(IoStatus.ABORTED)).isEqualTo(1);
      assertThat(aborts).hasValue(1);
      assertThat(resets).hasValue(0);
      assertThat(disk.driver.completions()).isEqualTo(WRITES);
    }
  }

  @Test
  void each_is_aborted_before_anything_is_reset_however_late_the_drive_comes_to_look() {
    try (DiskFixture disk = with("abort")) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().always(DiskFixture::isIo, Kind.DROP, 0);
      disk.fetchedWrites(0, WRITES);
      CountDownLatch busy = new CountDownLatch(1);
      Thread other =
          Thread.ofPlatform()
              .start(
                  () ->
                      disk.module
                          .drive("Nvme0")
                          .withController(
                              controller -> {
                                Uninterrupted.run(busy::await);
                                return null;
                              }));
      disk.pass(20 * TIMEOUT_NS);
      busy.countDown();
      for (int i = 0; i < WRITES; i++) {
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.ABORTED);
      }
      assertThat(aborts).hasValue(WRITES);
      assertThat(resets).hasValue(0);
      disk.until("the end of the other", () -> !other.isAlive());
    }
  }

  @Test
  void there_is_one_line_a_second_for_all_that_are_late_however_long() {
    Logger logger = (Logger) LoggerFactory.getLogger(Aborts.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try (DiskFixture disk = with("none")) {
      disk.faults().always(DiskFixture::isIo, Kind.LOST, 0);
      disk.fetchedWrites(0, WRITES / 2);
      disk.pass(2 * TIMEOUT_NS);
      disk.until("the first line", () -> !lines.list.isEmpty());
      disk.fetchedWrites(WRITES / 2, WRITES / 2);
      disk.pass(50 * TIMEOUT_NS);
      disk.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0")); // after it
      assertThat(lines.list).hasSize(1);
      disk.module.clock.advanceMs(1000);
      disk.until(
          "the second line",
          () -> {
            disk.pass(TIMEOUT_NS);
            return lines.list.size() == 2;
          });
      assertThat(lines.list)
          .extracting(line -> (Integer) line.getArgumentArray()[1])
          .satisfies(counts -> assertThat(counts.get(0) + counts.get(1)).isEqualTo(WRITES));
      assertThat(lines.list.getLast().getFormattedMessage())
          .endsWith(" commands did not end within 50000 us, the last of queue 1");
      disk.faults().clear();
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    } finally {
      logger.detachAppender(lines);
    }
  }

  @Test
  void a_request_of_several_commands_is_aborted_when_one_of_them_is() {
    Map<String, Object> options = Map.of("timeout_us", TIMEOUT_US, "action_on_timeout", "abort");
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT.withMdts(1), options)) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      disk.faults().once(c -> DiskFixture.isIo(c) && c.lba() == 16, Kind.DROP, 0);
      long before = disk.slot.model().fetchedIo();
      disk.driver.submit(disk.driver.prepareWrite(0, 0, new byte[4 * 16 * DiskFixture.BLOCK]));
      disk.until("fetching", () -> disk.slot.model().fetchedIo() == before + 4);
      assertThat(disk.driver.ended(disk.io(0))).isFalse();
      disk.pass(2 * TIMEOUT_NS);
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.ABORTED);
      assertThat(aborts).hasValue(1);
      assertThat(disk.driver.completions()).isEqualTo(1);
    }
  }

  @Test
  void what_cannot_be_aborted_is_sent_again_after_a_reset() {
    try (DiskFixture disk = with("abort")) {
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().once(LateCommandsTest::isFirstWrite, Kind.LOST, 0);
      disk.writes(0, WRITES);
      assertWritten(disk, 1);
      passUntil(disk, resets);
      assertWritten(disk, 0);
      assertThat(resets).hasValue(1);
      assertThat(disk.driver.completions()).isEqualTo(WRITES);
    }
  }

  @Test
  void an_abort_that_never_ends_ends_in_a_reset_too() {
    try (DiskFixture disk = with("abort")) {
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      disk.faults().once(LateCommandsTest::isFirstWrite, Kind.LOST, 0);
      disk.faults().once(DiskFixture::isAbort, Kind.LOST, 0);
      disk.writes(0, WRITES);
      assertWritten(disk, 1);
      passUntil(disk, aborts);
      disk.module.clock.advanceMs(TIMEOUT_US / 1000); // which is all that an abort has
      passUntil(disk, resets);
      assertWritten(disk, 0);
      assertThat(resets).hasValue(1);
    }
  }

  @Test
  void what_no_reset_helps_is_given_up() {
    Map<String, Object> options =
        Map.of("timeout_us", TIMEOUT_US, "action_on_timeout", "reset", "bdev_retry_count", 2);
    try (DiskFixture disk = new DiskFixture(ModelOptions.DEFAULT, options)) {
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      disk.faults().always(LateCommandsTest::isFirstWrite, Kind.LOST, 0);
      disk.writes(0, WRITES);
      assertWritten(disk, 1);
      disk.until(
          "giving up",
          () -> {
            disk.pass(TIMEOUT_NS);
            return disk.driver.ended(disk.io(0));
          });
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.ABORTED);
      assertThat(resets).hasValueBetween(2, 3);
      disk.faults().clear();
      assertThat(disk.driver.write(0, disk.pattern(9))).isEqualTo(IoStatus.OK);
      assertThat(disk.driver.completions()).isEqualTo(WRITES + 1);
    }
  }

  @Test
  void reset_sends_everything_again_once() {
    try (DiskFixture disk = with("reset")) {
      AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
      AtomicInteger resets = disk.counting(DiskFixture::isBeginning);
      for (int i = 0; i < WRITES; i++) {
        int lba = i;
        disk.faults().once(c -> DiskFixture.isIo(c) && c.lba() == lba, Kind.DROP, 0);
      }
      disk.fetchedWrites(0, WRITES);
      disk.pass(2 * TIMEOUT_NS);
      assertWritten(disk, 0);
      assertThat(aborts).hasValue(0);
      assertThat(resets).hasValue(1);
      assertThat(disk.driver.completions()).isEqualTo(WRITES);
    }
  }
}

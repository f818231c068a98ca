package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that fail, by a clock that the test moves. */
class RetriesTest {
  private static final long MS = 1_000_000;
  private static final int INTERNAL_ERROR = 0x006;
  private static final int INTERRUPTED = 0x021;
  private static final int FIRST_DELAY = 1 << 11; // CRD 1: CRDT1, half a second in the model
  private static final int DNR = 1 << 14;

  private static boolean isWrite(Command command) {
    return DiskFixture.isIo(command) && command.opcode() == 0x01;
  }

  private static DiskFixture with(int retries) {
    return new DiskFixture(ModelOptions.DEFAULT, Map.of("bdev_retry_count", retries));
  }

  private static BdevIo write(DiskFixture disk) {
    BdevIo io = disk.driver.prepareWrite(0, 0, disk.pattern(6));
    disk.driver.submit(io);
    return io;
  }

  /** How often it was sent, once everything that can happen without time has. */
  private static void assertSent(DiskFixture disk, AtomicInteger sent, int times) {
    disk.until("sending %d".formatted(times), () -> sent.get() >= times);
    for (int i = 0; i < 3; i++) {
      disk.barrier();
    }
    assertThat(sent).hasValue(times);
  }

  @Test
  void the_first_trial_follows_at_once_and_each_other_after_twice_the_time() {
    try (DiskFixture disk = with(4)) {
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().always(RetriesTest::isWrite, Kind.STATUS, INTERNAL_ERROR);
      BdevIo io = write(disk);
      assertSent(disk, sent, 2);
      disk.stepped.advance(MS - 1);
      assertSent(disk, sent, 2);
      disk.stepped.advance(1);
      assertSent(disk, sent, 3);
      disk.stepped.advance(2 * MS - 1);
      assertSent(disk, sent, 3);
      disk.stepped.advance(1);
      assertSent(disk, sent, 4);
      assertThat(disk.driver.ended(io)).isFalse();
      disk.stepped.advance(4 * MS);
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.IO_ERROR);
      assertSent(disk, sent, 5);
      assertThat(disk.disk.bdev.stats().errors(IoStatus.IO_ERROR)).isEqualTo(1);
    }
  }

  @Test
  void a_delay_that_the_controller_asks_for_is_waited_for() {
    try (DiskFixture disk = with(3)) {
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().once(RetriesTest::isWrite, Kind.STATUS, INTERRUPTED | FIRST_DELAY);
      BdevIo io = write(disk);
      assertSent(disk, sent, 1);
      disk.stepped.advance(500 * MS - 1);
      assertSent(disk, sent, 1);
      disk.stepped.advance(1);
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.OK);
      assertSent(disk, sent, 2);
    }
  }

  @Test
  void it_is_waited_for_ten_seconds_at_most() { // Base 3.3.3.2.1: CRDT is up to 109 minutes
    try (DiskFixture disk = with(3)) {
      disk.faults().lieInIdentify(1, 128, 0xffff, 2);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().once(RetriesTest::isWrite, Kind.STATUS, INTERRUPTED | FIRST_DELAY);
      BdevIo io = write(disk);
      disk.barrier();
      disk.stepped.advance(10_000 * MS - 1);
      assertSent(disk, sent, 1);
      disk.stepped.advance(1);
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.OK);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {INTERNAL_ERROR | DNR, 0x281 | DNR, 0x001, 0x002, 0x00b, 0x080, 0x285})
  void what_would_fail_again_is_not_sent_again(int status) {
    try (DiskFixture disk = with(3)) {
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().always(RetriesTest::isWrite, Kind.STATUS, status);
      assertThat(disk.driver.await(write(disk))).isEqualTo(Statuses.of(status));
      assertSent(disk, sent, 1);
    }
  }

  @Test
  void nothing_is_sent_again_where_an_operator_does_not_want_it() {
    try (DiskFixture disk = with(0)) {
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().always(RetriesTest::isWrite, Kind.STATUS, INTERNAL_ERROR);
      assertThat(disk.driver.await(write(disk))).isEqualTo(IoStatus.IO_ERROR);
      assertSent(disk, sent, 1);
    }
  }

  @Test
  void it_is_tried_without_end_and_at_least_once_a_second_where_that_is_wanted() {
    try (DiskFixture disk = with(-1)) {
      AtomicInteger sent = disk.counting(RetriesTest::isWrite);
      disk.faults().always(RetriesTest::isWrite, Kind.STATUS, INTERNAL_ERROR);
      BdevIo io = write(disk);
      for (int trial = 2; trial < 30; trial++) {
        assertSent(disk, sent, trial);
        disk.stepped.advance(1024 * MS);
      }
      assertThat(disk.driver.ended(io)).isFalse();
      disk.faults().clear();
      disk.stepped.advance(1024 * MS);
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.OK);
      assertThat(disk.driver.completions()).isEqualTo(1 + 3 * 28);
    }
  }

  @Test
  void a_reset_of_the_disk_ends_what_waits_for_its_time() {
    try (DiskFixture disk = with(-1)) {
      disk.faults().always(RetriesTest::isWrite, Kind.STATUS, INTERNAL_ERROR);
      BdevIo io = write(disk);
      disk.barrier();
      disk.barrier();
      BdevIo reset = disk.io(9);
      reset.prepare(IoType.RESET, 0, 0);
      assertThat(disk.driver.run(reset)).isEqualTo(IoStatus.OK);
      assertThat(disk.driver.ended(io)).isTrue();
      assertThat(disk.driver.await(io)).isEqualTo(IoStatus.ABORTED);
    }
  }
}

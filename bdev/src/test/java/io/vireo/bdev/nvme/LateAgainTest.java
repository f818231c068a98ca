package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a command that is late is aborted, and when that was to no avail. */
class LateAgainTest {
  private static final long LIMIT_US = 1_000_000;
  private static final long LIMIT_NS = LIMIT_US * 1_000;
  private static final int MOST_USES = 1 << 16;

  private final DiskFixture disk =
      new DiskFixture(
          ModelOptions.DEFAULT, Map.of("timeout_us", LIMIT_US, "action_on_timeout", "abort"));
  private final AtomicInteger aborts = disk.counting(DiskFixture::isAbort);
  private final AtomicInteger resets = disk.counting(DiskFixture::isBeginning);

  @BeforeEach
  void stopTime() {
    disk.module.clock.stop();
    disk.barrier(); // what comes before the first poll is as old as that
  }

  @AfterEach
  void close() {
    disk.close();
  }

  private void lateWriteIsAborted() {
    int before = aborts.get();
    disk.pass(LIMIT_NS + LIMIT_NS / 4);
    assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.ABORTED);
    assertThat(aborts).hasValue(before + 1);
    assertThat(resets).hasValue(0);
  }

  @Test
  void one_whose_id_was_another_late_ones_is_aborted_too() {
    AtomicInteger id = new AtomicInteger(-1);
    AtomicBoolean dropped = new AtomicBoolean();
    disk.faults()
        .once(c -> DiskFixture.isIo(c) && id.compareAndSet(-1, c.commandId()), Kind.DROP, 0);
    disk.fetchedWrites(0, 1);
    lateWriteIsAborted();
    disk.pass(4 * LIMIT_NS);
    disk.faults()
        .once(
            c ->
                DiskFixture.isIo(c)
                    && c.commandId() == id.get()
                    && dropped.compareAndSet(false, true),
            Kind.DROP,
            0);
    for (int i = 0; i < MOST_USES && !dropped.get(); i++) {
      disk.writes(0, 1);
      disk.until("a write", () -> dropped.get() || disk.driver.ended(disk.io(0)));
    }
    assertThat(dropped).isTrue();
    lateWriteIsAborted();
  }

  @Test
  void a_reset_follows_when_two_limits_are_over_however_late_the_abort_was() {
    AtomicBoolean lost = new AtomicBoolean();
    disk.faults().once(c -> DiskFixture.isIo(c) && lost.compareAndSet(false, true), Kind.LOST, 0);
    disk.fetchedWrites(0, 1);
    disk.pass(LIMIT_NS / 2 * 3);
    disk.until("the abort", () -> aborts.get() == 1);
    disk.pass(LIMIT_NS / 2 - 100);
    disk.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
    assertThat(resets).hasValue(0);
    disk.pass(100);
    assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.OK);
    assertThat(resets).hasValue(1);
    assertThat(aborts).hasValue(1);
  }

  @Test
  void aborts_that_take_long_altogether_end_in_a_reset() {
    int writes = 12;
    AtomicInteger left = new AtomicInteger(writes);
    disk.faults().always(c -> DiskFixture.isIo(c) && left.getAndDecrement() > 0, Kind.DROP, 0);
    disk.faults()
        .always(
            c -> {
              if (DiskFixture.isAbort(c)) {
                disk.module.clock.advanceMs(400); // of the second that it has
              }
              return false;
            },
            Kind.DROP,
            0);
    disk.fetchedWrites(0, writes);
    disk.pass(LIMIT_NS + LIMIT_NS / 4);
    disk.until("the reset", () -> resets.get() == 1);
    for (int i = 0; i < writes; i++) {
      disk.driver.await(disk.io(i));
    }
    assertThat(aborts).hasValue(3);
    assertThat(disk.driver.completions()).isEqualTo(1 + writes); // and the barrier
  }
}

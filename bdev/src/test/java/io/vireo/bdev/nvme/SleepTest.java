package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingFaults;
import io.vireo.bdev.RecordingListener;
import io.vireo.linux.Cpu;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorOptions;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reactors that sleep when they are idle, with requests in flight or without. */
class SleepTest {
  private static final ReactorOptions SLEEPY = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);

  private static DiskFixture disk(int vectors, Map<String, ?> options) {
    return new DiskFixture(ModelOptions.DEFAULT, options, SLEEPY, vectors);
  }

  private static int sleepsIn(DiskFixture disk, int laps) {
    int before = disk.stepped.sleepsNs().size();
    disk.stepped.laps(laps);
    return disk.stepped.sleepsNs().size() - before;
  }

  @Test
  void without_interrupts_nobody_sleeps_over_a_request_in_flight() {
    try (DiskFixture disk = disk(0, Map.of())) {
      assertThat(disk.stepped.watched()).isEmpty();
      disk.stepped.lapsUntilIdle();
      assertThat(sleepsIn(disk, 20)).isPositive();
      disk.faults().once(DiskFixture::isIo, Kind.DROP, 0);
      disk.fetchedWrites(0, 1);
      disk.stepped.laps(20);
      assertThat(sleepsIn(disk, 50)).isZero();
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.OK);
      assertThat(sleepsIn(disk, 20)).isPositive();
    }
  }

  @Test
  void with_an_interrupt_they_do_and_it_wakes_them() {
    try (DiskFixture disk = disk(8, Map.of())) {
      assertThat(disk.stepped.watched()).hasSize(1);
      disk.faults().once(DiskFixture::isIo, Kind.DROP, 0);
      disk.fetchedWrites(0, 1);
      disk.stepped.laps(20);
      assertThat(sleepsIn(disk, 20)).isPositive();
      assertThat(disk.stepped.sleepsNs().getLast()).isEqualTo(Long.MAX_VALUE);
      disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void commands_that_are_late_are_found_while_the_reactor_sleeps() {
    try (DiskFixture disk = disk(8, Map.of("timeout_us", 40_000, "action_on_timeout", "reset"))) {
      disk.faults().once(DiskFixture::isIo, Kind.LOST, 0);
      disk.fetchedWrites(0, 1);
      disk.stepped.laps(20);
      assertThat(sleepsIn(disk, 20)).isPositive();
      assertThat(disk.stepped.sleepsNs().getLast()).isLessThanOrEqualTo(5_000_000L);
      disk.pass(80_000_000);
      assertThat(disk.driver.await(disk.io(0))).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void time_wakes_nobody_while_nothing_is_in_flight() {
    try (DiskFixture disk = disk(8, Map.of("timeout_us", 40_000))) {
      for (int i = 0; i < 3; i++) {
        disk.faults().once(DiskFixture::isIo, Kind.DROP, 0);
        disk.fetchedWrites(i, 1);
        disk.stepped.laps(20);
        assertThat(sleepsIn(disk, 20)).isPositive();
        assertThat(disk.stepped.sleepsNs().getLast()).isLessThanOrEqualTo(5_000_000L);
        disk.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
        assertThat(disk.driver.await(disk.io(i))).isEqualTo(IoStatus.OK);
        disk.pass(10_000_000); // the last look
        disk.stepped.laps(20);
        assertThat(sleepsIn(disk, 20)).isPositive();
        assertThat(disk.stepped.sleepsNs().getLast()).isEqualTo(Long.MAX_VALUE);
      }
    }
  }

  @Test
  void requests_that_wait_for_their_next_trial_keep_them_awake() {
    try (DiskFixture disk = disk(8, Map.of("bdev_retry_count", -1))) {
      disk.faults().once(DiskFixture::isIo, Kind.STATUS, 0x21 | 1 << 11);
      disk.writes(0, 1);
      disk.until("the delay", () -> sleepsIn(disk, 20) == 0);
      disk.stepped.advance(TimeUnit.SECONDS.toNanos(2));
      disk.until("its end", () -> disk.driver.ended(disk.io(0)));
    }
  }

  @Test
  void a_sleeping_reactor_is_woken_by_each_completion() throws Exception {
    try (ModuleFixture module = new ModuleFixture();
        Reactor reactor =
            Reactor.start("sleepy", Cpu.allowed().nextSetBit(0), SLEEPY, new RecordingFaults())) {
      module.bus.add(DiskFixture.ADDRESS, ModelOptions.DEFAULT).vectors = 4;
      module.attach("Nvme0", DiskFixture.ADDRESS);
      BdevDescriptor open = module.bdevs.open("Nvme0n1", true, new RecordingListener());
      BdevChannel channel = open.channel(reactor);
      CountDownLatch left = new CountDownLatch(500);
      IoCompletion owner =
          (io, status) -> {
            left.countDown();
            if (status == IoStatus.OK && left.getCount() > 0) {
              assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING);
            }
          };
      BdevIo io = new BdevIo(owner, 0, 0, 0);
      io.prepare(IoType.WRITE_ZEROES, 0, DiskFixture.BLOCK);
      long sleeps = reactor.stats().sleeps();
      reactor.post(() -> assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING));
      assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(reactor.stats().sleeps() - sleeps).isPositive();
      module.call("bdev_nvme_detach_controller", module.detach("Nvme0"));
      open.close();
    }
  }
}

package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.reactor.SteppedReactor;
import org.junit.jupiter.api.Test;

/**
 * Bounce buffers of two reactors that come out of one pool, which is smaller than what is wanted.
 */
class SharedBuffersTest {
  private static final int ALL = ModelBus.BUFFERS;

  @Test
  void requests_wait_for_buffers_and_go_on_with_those_that_another_reactor_gives_back() {
    try (DiskFixture disk = new DiskFixture();
        SteppedReactor second = new SteppedReactor()) {
      assertThat(disk.module.bus.buffers.free()).isEqualTo(ALL);
      BdevDescriptor open = disk.module.bdevs.open("Nvme0n1", true, new RecordingListener());
      ChannelDriver here = disk.driver;
      ChannelDriver there = there(disk, open, second);
      disk.faults().always(DiskFixture::isIo, Kind.DELAY, 1_000_000_000);
      disk.fetchedWrites(0, ALL); // all buffers are the first reactor's
      disk.faults().clear();
      for (int i = 0; i < 10; i++) {
        there.submit(there.prepareWrite(i, (2000L + i) * DiskFixture.BLOCK, disk.pattern(i)));
      }
      second.laps(1000);
      assertThat(there.completions()).isZero();
      IobufStats.Pool dry = disk.module.bus.buffers.stats().large();
      assertThat(dry.cache() + dry.main()).isEqualTo(ALL);
      assertThat(dry.main()).isEqualTo(ALL / BounceSizes.USUAL_BATCH);
      assertThat(dry.retry()).as("ran out once, however often it was asked").isEqualTo(1);
      NvmeName name = new NvmeName("Nvme0", null);
      both(
          disk,
          second,
          () ->
              disk.module.call(
                  "bdev_nvme_reset_controller", name)); // which ends what the first one had
      for (int i = 0; i < ALL; i++) {
        assertThat(here.await(disk.io(i))).isEqualTo(IoStatus.OK);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(there.await(there.io(i))).isEqualTo(IoStatus.OK);
      }
      assertThat(there.completions()).isEqualTo(10);
      assertThat(here.completions()).isEqualTo(ALL);
      both(disk, second, open::close);
      there.close();
      assertThat(disk.module.bus.buffers.free()).isEqualTo(ALL);
      IobufStats.Pool large = disk.module.bus.buffers.stats().large();
      assertThat(large.cache() + large.main()).isGreaterThanOrEqualTo(ALL + 10);
      assertThat(disk.module.bus.buffers.stats().small()).isEqualTo(IobufStats.Pool.NONE);
    }
  }

  private static ChannelDriver there(DiskFixture disk, BdevDescriptor open, SteppedReactor second) {
    ChannelDriver[] made = new ChannelDriver[1];
    both(
        disk,
        second,
        () -> made[0] = new ChannelDriver(second, open.channel(second.reactor()), 16, 4096));
    return made[0];
  }

  /** Control code while both reactors go on. */
  private static void both(DiskFixture disk, SteppedReactor second, Runnable control) {
    Thread thread = new Thread(control, "control");
    thread.start();
    disk.until(
        "control",
        () -> {
          second.lap();
          return !thread.isAlive();
        });
  }
}

package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What every bdev that stores data must do; each module inherits it. */
public abstract class BdevContract extends LifeContract {
  @Test
  void statistics_add_up_over_channels_that_are_and_that_were() {
    driver.write(0, new byte[3 * block]);
    driver.read(0, 2 * block);
    driver.read(0, block);
    driver.run(IoType.UNMAP, 0, 4L * block);
    driver.run(IoType.FLUSH, 0, 0);
    driver.run(IoType.READ, DISK_BYTES, block);
    BdevDescriptor other = fixture.registry.open(fixture.bdev.name(), false, fixture.listener);
    ChannelDriver them = fixture.driver(other.channel(fixture.stepped.reactor()), 1, MIB);
    them.read(0, 5 * block);
    them.write(0, new byte[block]);
    for (int look = 0; look < 2; look++) {
      IoStats stats = fixture.bdev.stats();
      assertThat(stats.ops(IoType.READ)).isEqualTo(3);
      assertThat(stats.bytes(IoType.READ)).isEqualTo(8L * block);
      assertThat(stats.ops(IoType.WRITE)).isEqualTo(1);
      assertThat(stats.bytes(IoType.WRITE)).isEqualTo(3L * block);
      assertThat(stats.ops(IoType.UNMAP)).isEqualTo(1);
      assertThat(stats.bytes(IoType.UNMAP)).isEqualTo(4L * block);
      assertThat(stats.ops(IoType.FLUSH)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.OUT_OF_RANGE)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.READ_ONLY)).isEqualTo(1);
      assertThat(stats.errors(IoStatus.IO_ERROR)).isZero();
      fixture.whileStepping(other::close);
    }
  }

  @Test
  void a_completion_may_submit_its_request_again() {
    int again = 200;
    int[] left = {again};
    int[] ended = {0};
    BdevIo[] io = new BdevIo[1];
    IoCompletion owner =
        (request, status) -> {
          assertThat(status).isEqualTo(IoStatus.OK);
          ended[0]++;
          resubmit(request, left, ended);
        };
    io[0] = new BdevIo(owner, 0, 0, 0);
    io[0].prepare(IoType.READ, 0, block);
    io[0].addBuffer(driver.memory(0), block);
    resubmit(io[0], left, ended);
    driver.until("the last of them", () -> ended[0] == again);
    assertThat(fixture.bdev.stats().ops(IoType.READ)).isEqualTo(again);
  }

  private void resubmit(BdevIo io, int[] left, int[] ended) {
    while (left[0] > 0) {
      left[0]--;
      int answer = channel.submit(io);
      if (answer == IoStatus.PENDING) {
        return;
      }
      assertThat(answer).isEqualTo(IoStatus.OK);
      ended[0]++;
    }
  }

  @Test
  void requests_allocate_nothing() {
    BdevIo[] ios = new BdevIo[8];
    for (int i = 0; i < ios.length; i++) {
      ios[i] = new BdevIo((io, status) -> {}, i, driver.io(i).iovs(), 8);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // Code that is not compiled yet allocates; what a request allocates shows in every attempt.
    for (int attempt = 0; attempt < 2000 && least > 0; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      roundsOfRequests(ios, 100);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
    assertThat(fixture.bdev.stats().errors(IoStatus.IO_ERROR)).isZero();
  }

  private void roundsOfRequests(BdevIo[] ios, int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < ios.length; i++) {
        ios[i].prepare((i & 1) == 0 ? IoType.READ : IoType.WRITE, i * 4L * block, 4L * block);
        ios[i].addBuffer(driver.memory(i) + (i & 1), block);
        ios[i].addBuffer(driver.memory(i) + 2L * block, 3L * block);
        while (channel.submit(ios[i]) == IoStatus.BUSY) {
          fixture.stepped.lap();
        }
      }
      while (channel.inFlight() > 0) {
        fixture.stepped.lap();
      }
    }
  }
}

package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueueDepthTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final String THREAD = "queue-depth";

  private final HeldBdev bdev = new HeldBdev("Held0");
  private final BdevFixture fixture = new BdevFixture(bdev);
  private final QueueDepthSampler sampler = new QueueDepthSampler();
  private final List<BdevIo> started = new ArrayList<>();

  @AfterEach
  void close() {
    sampler.close();
    endAll();
    fixture.close();
  }

  private void start(int requests) {
    for (int i = 0; i < requests; i++) {
      BdevIo io = new BdevIo((ended, status) -> {}, 0, 0, 0);
      io.prepare(IoType.FLUSH, 0, 0);
      assertThat(fixture.channel.submit(io)).isEqualTo(IoStatus.PENDING);
      started.add(io);
    }
  }

  private void endAll() {
    started.forEach(io -> bdev.end(io, IoStatus.OK));
    started.clear();
  }

  private QueueDepth seen() {
    return sampler.of(bdev).orElseThrow();
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(50).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadlineNs);
      Thread.onSpinWait();
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(THREAD))
        .count();
  }

  @Test
  void a_look_stands_for_the_time_since_the_one_before() {
    QueueDepth.Sum sum = new QueueDepth.Sum(1000, null, 5 * MS);
    sum.looked(0, 6 * MS);
    assertThat(sum.result()).isEqualTo(new QueueDepth(1000, 0, 0, 0));
    sum.looked(3, 7 * MS);
    assertThat(sum.result()).isEqualTo(new QueueDepth(1000, 3, 1000, 3000));
    sum.looked(2, 17 * MS); // nine looks were missed
    assertThat(sum.result()).isEqualTo(new QueueDepth(1000, 2, 11_000, 23_000));
    sum.looked(0, 18 * MS);
    assertThat(sum.result()).isEqualTo(new QueueDepth(1000, 0, 11_000, 23_000));
  }

  @Test
  void another_period_goes_on_with_the_sums() {
    QueueDepth.Sum sum = new QueueDepth.Sum(1000, null, 0);
    sum.looked(2, MS);
    QueueDepth.Sum next = new QueueDepth.Sum(20, sum, 9 * MS);
    assertThat(next.result()).isEqualTo(new QueueDepth(20, 0, 1000, 2000));
    next.looked(1, 10 * MS);
    assertThat(next.result()).isEqualTo(new QueueDepth(20, 1, 2000, 3000));
  }

  @Test
  void what_is_in_flight_is_seen_and_what_has_ended_is_not() {
    sampler.sample(bdev, 20);
    start(3);
    await(() -> seen().requests() == 3 && seen().ioTimeUs() > 0);
    start(2);
    await(() -> seen().requests() == 5);
    endAll();
    await(() -> seen().requests() == 0);
    QueueDepth idle = seen();
    assertThat(idle.weightedIoTimeUs()).isGreaterThanOrEqualTo(3 * idle.ioTimeUs() - 3);
    assertThat(idle.weightedIoTimeUs()).isLessThanOrEqualTo(5 * idle.ioTimeUs() + 5);
  }

  @Test
  void requests_of_all_users_count() {
    try (BdevDescriptor other = fixture.registry.open("Held0", false, BdevListener.NONE)) {
      BdevChannel channel = other.channel(fixture.stepped.reactor());
      start(1);
      BdevIo io = new BdevIo((ended, status) -> {}, 0, 0, 0);
      io.prepare(IoType.FLUSH, 0, 0);
      assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING);
      sampler.sample(bdev, 20);
      await(() -> seen().requests() == 2);
      bdev.end(io, IoStatus.OK);
      fixture.whileStepping(other::close);
      await(() -> seen().requests() == 1);
    }
  }

  @Test
  void there_is_a_thread_as_long_as_a_bdev_is_looked_at() {
    assertThat(sampler.of(bdev)).isEmpty();
    sampler.sample(bdev, 0);
    assertThat(threads()).isZero();
    sampler.sample(bdev, 100);
    sampler.sample(bdev, 50);
    assertThat(seen().periodUs()).isEqualTo(50);
    assertThat(threads()).isEqualTo(1);
    sampler.sample(bdev, 0);
    assertThat(sampler.of(bdev)).isEmpty();
    await(() -> threads() == 0);
  }

  @Test
  void a_bdev_that_goes_is_looked_at_no_more() {
    sampler.sample(bdev, 20);
    fixture.unregister();
    await(() -> sampler.of(bdev).isEmpty() && threads() == 0);
  }

  @Test
  void a_period_that_never_ends_is_one() {
    sampler.sample(bdev, Long.MAX_VALUE);
    assertThat(seen()).isEqualTo(new QueueDepth(Long.MAX_VALUE, 0, 0, 0));
  }
}

package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.reactor.SteppedReactor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LatencyRecorderTest {
  private static final BucketLayout LAYOUT = BucketLayout.of(7, 0, BucketLayout.MAX_NS);

  private final AtomicLong clockNs = new AtomicLong(Long.MAX_VALUE - 100);
  private final AtomicLong clockReads = new AtomicLong();
  private final SteppedReactor stepped =
      new SteppedReactor(
          () -> {
            clockReads.incrementAndGet();
            return clockNs.get();
          });
  private LatencyRecorder recorder = new LatencyRecorder(new HistogramOptions(null, LAYOUT));

  LatencyRecorderTest() {
    clockReads.set(0);
  }

  @AfterEach
  void close() {
    stepped.close();
  }

  private static BdevIo io(IoType type, long bytes) {
    BdevIo io = new BdevIo(null, 0, 0, 0);
    io.prepare(type, 0, bytes);
    return io;
  }

  /** A request that takes {@code ns} and is answered at once. */
  private void atOnce(BdevIo io, long ns) {
    long begun = recorder.begin(io, stepped.reactor());
    clockNs.addAndGet(ns);
    recorder.submitted(io, IoStatus.OK, begun, stepped.reactor());
  }

  private void pending(BdevIo io) {
    long begun = recorder.begin(io, stepped.reactor());
    recorder.submitted(io, IoStatus.PENDING, begun, stepped.reactor());
  }

  private void busy(BdevIo io) {
    long begun = recorder.begin(io, stepped.reactor());
    recorder.submitted(io, IoStatus.BUSY, begun, stepped.reactor());
  }

  private Histogram sum() {
    Histogram sum = new Histogram(LAYOUT);
    recorder.addTo(sum);
    return sum;
  }

  private long count(long ns) {
    return sum().counts()[LAYOUT.bucket(ns)];
  }

  @Test
  void a_pending_request_is_counted_with_its_latency() {
    recorder.ended(io(IoType.READ, 4096), 250_000);
    recorder.ended(io(IoType.WRITE, 4096), 0);
    assertThat(count(250_000)).isEqualTo(1);
    assertThat(count(0)).isEqualTo(1);
    assertThat(sum().total()).isEqualTo(2);
    assertThat(clockReads).hasValue(0);
  }

  @Test
  void short_answers_at_once_are_all_counted_and_one_in_thirteen_is_timed() {
    for (int i = 0; i < 26; i++) {
      atOnce(io(IoType.READ, 4096), i % 13 == 0 ? 300 + i : 9_999);
    }
    assertThat(count(300)).as("the first and the 12 after it").isEqualTo(13);
    assertThat(count(313)).as("the 14th and the 12 after it").isEqualTo(13);
    assertThat(clockReads).hasValue(4);
  }

  @Test
  void no_period_of_requests_is_always_missed() {
    for (int period = 2; period <= 12; period++) {
      recorder = new LatencyRecorder(new HistogramOptions(null, LAYOUT));
      for (int i = 0; i < 1000 * period; i++) {
        atOnce(io(IoType.READ, 4096), i % period == 0 ? 5_000 : 300);
      }
      assertThat((double) count(5_000)).as("of period %d", period).isBetween(975.0, 1025.0);
    }
  }

  @Test
  void long_answers_at_once_are_timed_each_and_stand_for_themselves() {
    atOnce(io(IoType.READ, 4096), 300);
    for (int i = 0; i < 5; i++) {
      atOnce(io(IoType.WRITE, LatencyRecorder.LONG_BYTES), 40_000L << i);
      atOnce(io(IoType.READ, LatencyRecorder.LONG_BYTES - 1), 9_999);
    }
    assertThat(count(300)).isEqualTo(6);
    for (int i = 0; i < 5; i++) {
      assertThat(count(40_000L << i)).isEqualTo(1);
    }
  }

  @Test
  void the_clock_is_hardly_read_for_a_bdev_that_answers_later() {
    BdevIo io = io(IoType.READ, 4096);
    for (int i = 0; i < 130; i++) {
      pending(io);
      recorder.ended(io, 5_000);
    }
    assertThat(clockReads).hasValue(10);
    assertThat(count(5_000)).isEqualTo(130);
  }

  @Test
  void answers_at_once_among_others_that_come_later_are_timed() {
    BdevIo later = io(IoType.WRITE, 4096);
    for (int i = 0; i < 130; i++) {
      atOnce(io(IoType.READ, 4096), 300);
      pending(later);
      recorder.ended(later, 5_000);
    }
    assertThat(count(300)).isEqualTo(130);
    assertThat(count(5_000)).isEqualTo(130);
  }

  @Test
  void only_the_wanted_type_is_counted_and_timed() {
    recorder = new LatencyRecorder(new HistogramOptions(IoType.WRITE, LAYOUT));
    for (int i = 0; i < 13; i++) {
      atOnce(io(IoType.READ, 4096), 100);
      atOnce(io(IoType.READ, 1 << 20), 100_000);
    }
    recorder.ended(io(IoType.FLUSH, 0), 700);
    assertThat(clockReads).hasValue(0);
    assertThat(sum().total()).isZero();
    recorder.ended(io(IoType.WRITE, 512), 700);
    atOnce(io(IoType.WRITE, 512), 0);
    assertThat(sum().total()).isEqualTo(2);
  }

  @Test
  void a_request_that_was_busy_leaves_no_trace() {
    BdevIo io = io(IoType.READ, 4096);
    for (int i = 0; i < 100; i++) {
      busy(io);
    }
    assertThat(sum().total()).isZero();
    atOnce(io, 300);
    assertThat(sum().total()).isEqualTo(1);
  }

  @Test
  void tries_that_were_busy_do_not_use_up_the_turn_to_be_timed() {
    BdevIo io = io(IoType.READ, 4096);
    for (int tries = 1; tries <= 14; tries++) {
      recorder = new LatencyRecorder(new HistogramOptions(null, LAYOUT));
      for (int i = 0; i < 26; i++) {
        for (int t = 0; t < tries; t++) {
          busy(io);
        }
        atOnce(io, i % 13 == 0 ? 300 + i : 9_999);
      }
      assertThat(count(300)).as("after %d tries", tries).isEqualTo(13);
      assertThat(count(313)).as("after %d tries", tries).isEqualTo(13);
    }
  }

  @Test
  void a_request_that_fails_at_once_is_timed_as_any() {
    BdevIo io = io(IoType.WRITE, 4096);
    long begun = recorder.begin(io, stepped.reactor());
    clockNs.addAndGet(700);
    recorder.submitted(io, IoStatus.IO_ERROR, begun, stepped.reactor());
    assertThat(count(700)).isEqualTo(1);
    assertThat(sum().total()).isEqualTo(1);
  }
}

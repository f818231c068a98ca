package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.IoType;
import io.vireo.memreg.GuestMemory;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.QueueConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingHistogramsTest {
  private static final HistogramOptions OPTIONS =
      new HistogramOptions(null, BucketLayout.of(7, 0, BucketLayout.MAX_NS));

  @TempDir Path dir;
  private final FakeDevice device = new FakeDevice(8, 256);
  private final Inbox inbox = new Inbox("test");
  private final QueueBudget budget = QueueBudget.of(4 * OPTIONS.heapBytes());
  private final List<RunningQueue> running = new CopyOnWriteArrayList<>();
  private final RingHistograms histograms = new RingHistograms(running, budget);
  private TestTarget target;
  private Placement placement;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    placement = new Placement(target.reactors, target.reactors.cpus(), Placement.Spread.EVENLY);
  }

  @AfterEach
  void close() {
    running.forEach(this::stop);
    target.close();
    inbox.close();
  }

  private FakeQueue start(int ring) {
    QueueConfig config =
        new QueueConfig(ring, 16, 0, 0, 0, 0, 0, GuestMemory.EMPTY, null, budget, (i, r) -> {});
    RunningQueue queue = RunningQueue.start(device, placement, inbox, config, null, true);
    running.add(queue);
    histograms.started(queue);
    return device.lastQueue();
  }

  private void stop(RunningQueue queue) {
    queue.stop("ring " + queue.index());
    running.remove(queue);
  }

  /** As if a request of that ring had ended. */
  private static void end(FakeQueue queue) {
    BdevIo io = new BdevIo(null, 0, 0, 0);
    io.prepare(IoType.READ, 0, 512);
    queue.reactor.call(
        () -> {
          queue.recorder.ended(io, 500);
          return null;
        });
  }

  private long total(int ring) {
    return histograms.sums().get(ring).total();
  }

  @Test
  void a_ring_that_has_not_run_has_none() {
    histograms.enable(OPTIONS);
    assertThat(histograms.sums()).isEmpty();
    start(3);
    assertThat(histograms.sums()).containsOnlyKeys(3);
  }

  @Test
  void a_ring_goes_on_counting_in_its_next_queue() {
    FakeQueue first = start(0);
    histograms.enable(OPTIONS);
    end(first);
    stop(running.getFirst());
    assertThat(total(0)).isEqualTo(1);
    end(start(0));
    assertThat(total(0)).isEqualTo(2);
    assertThat(budget.leftBytes()).isEqualTo(3 * OPTIONS.heapBytes());
  }

  @Test
  void enabling_again_begins_anew_and_costs_no_more() {
    FakeQueue queue = start(0);
    histograms.enable(OPTIONS);
    end(queue);
    BucketLayout small = BucketLayout.of(2, 0, 1000);
    histograms.enable(new HistogramOptions(null, small));
    Histogram anew = histograms.sums().get(0);
    assertThat(anew.layout()).isEqualTo(small);
    assertThat(anew.total()).isZero();
    end(queue);
    assertThat(total(0)).isEqualTo(1);
    assertThat(budget.leftBytes())
        .isEqualTo(4 * OPTIONS.heapBytes() - (long) small.buckets() * Long.BYTES);
  }

  @Test
  void disabling_takes_the_recorders_away() {
    FakeQueue queue = start(0);
    histograms.enable(OPTIONS);
    histograms.enable(null);
    assertThat(queue.recorder).isNull();
    assertThat(histograms.sums()).isEmpty();
    assertThat(start(1).recorder).isNull();
    assertThat(budget.leftBytes()).isEqualTo(4 * OPTIONS.heapBytes());
  }

  @Test
  void a_front_end_with_many_rings_cannot_use_up_the_memory() {
    for (int ring = 0; ring < 8; ring++) {
      start(ring);
    }
    histograms.enable(OPTIONS);
    assertThat(histograms.sums()).as("half is left to queues").containsOnlyKeys(0, 1);
    assertThat(device.queues.get(2).recorder).isNull();
    histograms.close();
    assertThat(budget.leftBytes()).isEqualTo(4 * OPTIONS.heapBytes());
    histograms.close();
    assertThat(budget.leftBytes()).isEqualTo(4 * OPTIONS.heapBytes());
  }
}

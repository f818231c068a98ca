package io.vireo.virtio.blk;

import static io.vireo.virtio.blk.Ranges.offer;
import static io.vireo.virtio.blk.Ranges.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.HistogramOptions;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.LatencyRecorder;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long requests take, from the head to the used entry. A lap of the disk is a microsecond. */
class QueueLatencyTest {
  private static final BucketLayout LAYOUT = BucketLayout.of(7, 0, BucketLayout.MAX_NS);
  private static final long LAP_NS = 1_000;

  private final TestDisk disk =
      TestDisk.with().bdev(new PendingBdev("disk", 512, 2048).withoutWriteCache()).build();
  private final long buffer = disk.ram.allocate(8192);
  private LatencyRecorder recorder;

  @AfterEach
  void close() {
    disk.close();
  }

  private void record(IoType only) {
    recorder = new LatencyRecorder(new HistogramOptions(only, LAYOUT));
    disk.queue.recorder(recorder);
  }

  private Histogram sum() {
    Histogram sum = new Histogram(LAYOUT);
    recorder.addTo(sum);
    return sum;
  }

  private long count(long ns) {
    return sum().counts()[LAYOUT.bucket(ns)];
  }

  /** Publishes what was started and takes it. */
  private void take() {
    disk.split.publish();
    disk.lap();
  }

  private void laps(int laps) {
    for (int i = 0; i < laps; i++) {
      disk.lap();
    }
  }

  @Test
  void a_pending_request_counts_from_its_head_to_its_used_entry() {
    record(null);
    disk.driver.read(0, buffer, 4096);
    disk.driver.write(8, buffer, 512);
    take();
    laps(40);
    disk.bdev.completeLast(IoStatus.OK);
    laps(60);
    assertThat(sum().total()).isEqualTo(1);
    disk.bdev.complete(IoStatus.IO_ERROR);
    assertThat(count(40 * LAP_NS)).isEqualTo(1);
    assertThat(count(100 * LAP_NS)).as("a failed one, too").isEqualTo(1);
    disk.settle();
    assertThat(sum().total()).isEqualTo(2);
  }

  @Test
  void a_request_that_is_answered_at_once_counts_in_the_lap_that_took_it() {
    record(null);
    disk.bdev.atOnce();
    for (int i = 0; i < 10; i++) {
      disk.driver.read(0, buffer, i % 2 == 0 ? 512 : 4096);
    }
    take();
    assertThat(count(0)).isEqualTo(10);
    disk.bdev.atOnce(IoStatus.IO_ERROR);
    disk.driver.write(0, buffer, 512);
    take();
    assertThat(count(0)).isEqualTo(11);
  }

  @Test
  void the_time_that_a_long_one_takes_at_once_is_measured() {
    record(null);
    disk.bdev.atOnce();
    disk.bdev.beforeEach(() -> disk.stepped.advance(70_000));
    long large = disk.ram.allocate(64 * 1024);
    disk.driver.write(0, large, 64 * 1024);
    take();
    assertThat(count(70_000)).isEqualTo(1);
  }

  @Test
  void whether_a_discard_is_timed_does_not_depend_on_what_its_slot_held_before() {
    record(IoType.UNMAP);
    disk.bdev.atOnce();
    disk.driver.read(0, buffer, 512);
    take();
    disk.bdev.beforeEach(() -> disk.stepped.advance(70_000));
    offer(disk, BlkType.DISCARD, range(0, 1, 0));
    take();
    assertThat(count(70_000)).isEqualTo(1);
  }

  @Test
  void only_what_a_bdev_was_asked_for_counts() {
    record(null);
    disk.driver.getId(buffer);
    offer(disk, 77); // no such operation
    offer(disk, BlkType.DISCARD, range(0, 1, 1)); // no such flag
    take();
    disk.settle();
    assertThat(disk.split.used()).isEqualTo(3);
    assertThat(sum().total()).isZero();
    disk.driver.flush();
    take();
    disk.bdev.complete(IoStatus.OK);
    assertThat(sum().total()).isEqualTo(1);
  }

  @Test
  void a_request_of_several_ranges_counts_once_with_its_whole_time() {
    record(IoType.UNMAP);
    offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0), range(2, 1, 0));
    take();
    for (int range = 0; range < 3; range++) {
      assertThat(sum().total()).isZero();
      laps(20);
      disk.bdev.complete(IoStatus.OK);
      disk.lap(); // the next range begins
    }
    disk.settle();
    assertThat(sum().total()).isEqualTo(1);
    assertThat(count(62 * LAP_NS)).isEqualTo(1);
  }

  @Test
  void several_ranges_that_are_done_at_once_count_when_the_last_one_is() {
    record(null);
    disk.bdev.atOnce();
    offer(disk, BlkType.WRITE_ZEROES, range(0, 1, 0), range(1, 1, 0), range(2, 1, 0));
    take();
    assertThat(sum().total()).isZero();
    disk.settle();
    assertThat(sum().total()).isEqualTo(1);
    assertThat(count(2 * LAP_NS)).isEqualTo(1);
    offer(disk, BlkType.WRITE_ZEROES, range(0, 1, 0));
    take();
    assertThat(count(0)).isEqualTo(1);
  }

  @Test
  void a_request_is_timed_from_when_it_is_taken_not_from_a_busy_try() {
    record(null);
    disk.bdev.busy(30);
    disk.driver.read(0, buffer, 512);
    take();
    laps(29);
    assertThat(disk.bdev.pending()).isZero();
    laps(11);
    disk.bdev.complete(IoStatus.OK);
    assertThat(sum().total()).isEqualTo(1);
    assertThat(count(10 * LAP_NS)).isEqualTo(1);
  }

  @Test
  void a_request_that_is_answered_at_once_after_busy_tries_is_timed_all_the_same() {
    record(null);
    disk.bdev.atOnce();
    disk.bdev.beforeEach(() -> disk.stepped.advance(400));
    for (int i = 1; i <= 26; i++) {
      disk.bdev.busy(12); // with the answer as many as of which one is timed
      disk.driver.read(0, buffer, 512);
      take();
      laps(12);
      assertThat(count(400)).isEqualTo(i);
      while (disk.driver.poll() >= 0) {}
    }
  }

  @Test
  void what_is_in_flight_when_the_queue_is_told_to_stop_counts_once() {
    record(null);
    disk.driver.read(0, buffer, 512);
    offer(disk, BlkType.DISCARD, range(0, 1, 0), range(1, 1, 0));
    take();
    boolean[] drained = new boolean[1];
    disk.queue.stop(() -> drained[0] = true);
    laps(10);
    disk.bdev.complete(IoStatus.OK);
    disk.bdev.complete(IoStatus.OK);
    disk.lap(); // the second range begins
    assertThat(sum().total()).isEqualTo(1);
    disk.bdev.complete(IoStatus.OK);
    laps(3);
    assertThat(drained[0]).isTrue();
    assertThat(sum().total()).isEqualTo(2);
  }

  @Test
  void recording_that_begins_or_ends_while_requests_are_in_flight() {
    disk.driver.read(0, buffer, 512);
    disk.driver.read(0, buffer, 512);
    take();
    laps(5);
    record(null);
    laps(5);
    disk.bdev.complete(IoStatus.OK);
    assertThat(count(10 * LAP_NS)).as("its whole latency").isEqualTo(1);
    disk.queue.recorder(null);
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(sum().total()).isEqualTo(1);
  }

  @Test
  void only_the_wanted_type_counts() {
    record(IoType.WRITE);
    disk.driver.read(0, buffer, 512);
    disk.driver.write(0, buffer, 512);
    offer(disk, BlkType.DISCARD, range(0, 1, 0));
    take();
    disk.bdev.completeAll();
    disk.settle();
    assertThat(sum().total()).isEqualTo(1);
  }

  @Test
  void what_a_broken_queue_does_not_answer_does_not_count() {
    record(null);
    disk.driver.read(0, buffer, 512);
    take();
    disk.queue.failed(new IllegalStateException());
    disk.bdev.completeAll();
    assertThat(sum().total()).isZero();
    assertThat(disk.queue.inFlight()).isZero();
  }
}

package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.IoStatus;
import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.UsedRing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Starting, enabling, stopping, and what may change under a running queue. */
class BlkQueueLifeTest extends BlkQueueFixture {
  @Test
  void a_queue_takes_nothing_before_it_is_started_and_enabled() {
    use(TestDisk.with().notStarted().build());
    int tag = read();
    disk.run();
    assertThat(disk.driver.poll()).isEqualTo(-1);
    disk.queue.start();
    disk.settle();
    assertThat(disk.driver.poll()).as("started, not enabled").isEqualTo(-1);
    disk.queue.enable(true);
    disk.settle();
    assertThat(disk.driver.poll()).isEqualTo(tag);
  }

  @Test
  void a_queue_may_be_enabled_before_it_is_started() {
    use(TestDisk.with().notStarted().build());
    disk.queue.enable(true);
    int tag = read();
    disk.run();
    assertThat(disk.driver.poll()).isEqualTo(-1);
    disk.queue.start();
    disk.settle();
    assertThat(disk.driver.poll()).isEqualTo(tag);
  }

  @Test
  void a_start_signals_the_driver_once_for_what_an_earlier_back_end_may_owe() {
    use(TestDisk.with().notStarted().build());
    assertThat(disk.call.drain()).isZero();
    disk.queue.start();
    assertThat(disk.call.drain()).isEqualTo(1);
  }

  @Test
  void a_disabled_queue_drains_and_takes_nothing() {
    usePending();
    int before = read();
    disk.run();
    disk.queue.enable(false);
    read();
    disk.run();
    assertThat(disk.bdev.pending()).isEqualTo(1);
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(disk.driver.poll()).isEqualTo(before);
    assertThat(disk.queue.nextAvail()).isEqualTo(1);
    disk.queue.enable(true);
    disk.settle();
    assertThat(disk.bdev.pending()).isEqualTo(1);
  }

  @Test
  void a_queue_starts_at_the_given_index_and_tells_the_next_one() {
    use(TestDisk.with().startAt(65_534).build());
    for (int i = 0; i < 5; i++) {
      assertThat(disk.run(read())).isEqualTo(BlkStatus.OK);
    }
    assertThat(disk.queue.nextAvail()).isEqualTo(3);
    assertThat(UsedRing.idx(used())).isEqualTo(3);
  }

  @Test
  void a_restarted_queue_goes_on_where_the_other_stopped() {
    disk.run(read());
    disk.run(read());
    disk.stop();
    int base = disk.queue.nextAvail();
    assertThat(base).isEqualTo(2);
    QueueConfig again = disk.config(base, disk.call);
    BlkQueue next = (BlkQueue) disk.device.createQueue(again, disk.stepped.reactor());
    next.start();
    next.enable(true);
    int tag = read();
    disk.run();
    assertThat(disk.driver.poll()).isEqualTo(tag);
    assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
    next.stop(() -> {});
    disk.settle();
    disk.device.destroyQueue(next);
  }

  @Test
  void a_stop_takes_no_new_heads_and_waits_for_those_in_flight() {
    usePending();
    final int first = read();
    final int second = read();
    disk.run();
    boolean[] drained = new boolean[1];
    disk.queue.stop(() -> drained[0] = true);
    read();
    disk.run();
    assertThat(disk.bdev.pending()).isEqualTo(2);
    assertThat(disk.queue.nextAvail()).isEqualTo(2);
    disk.bdev.completeLast(IoStatus.OK);
    disk.settle();
    disk.stepped.laps(10_000); // however long
    assertThat(drained[0]).isFalse();
    assertThat(disk.queue.inFlight()).isEqualTo(1);
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(drained[0]).isTrue();
    assertThat(disk.driver.poll()).isEqualTo(second);
    assertThat(disk.driver.poll()).isEqualTo(first);
    assertThat(disk.driver.poll()).isEqualTo(-1);
    assertThat(disk.queue.nextAvail()).isEqualTo(2);
  }

  @Test
  void a_stopped_queue_has_published_settled_and_left() {
    usePending();
    int tag = read();
    disk.run();
    disk.call.drain();
    AvailRing.usedEvent(avail(), SIZE, 0);
    boolean[] drained = new boolean[1];
    disk.queue.stop(
        () -> {
          drained[0] = true;
          assertThat(disk.driver.poll()).as("published before").isEqualTo(tag);
          assertThat(disk.call.drain()).as("interrupted before").isEqualTo(1);
        });
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(drained[0]).isTrue();
    assertThat(UsedRing.availEvent(used(), SIZE)).as("the next one is kicked").isEqualTo(1);
    Mem.fill(avail(), AvailRing.bytes(SIZE, true), (byte) -1); // nobody looks any more
    disk.settle();
    assertThat(disk.breaks).isEmpty();
  }

  @Test
  void a_queue_that_was_never_started_stops_without_touching_its_ring() {
    use(TestDisk.with().notStarted().build());
    disk.stop();
    assertThat(UsedRing.availEvent(used(), SIZE)).isZero();
    assertThat(disk.call.drain()).isZero();
  }

  @Test
  void the_call_eventfd_can_be_changed_while_requests_are_in_flight() {
    usePending();
    read();
    disk.run();
    disk.call.drain();
    try (EventFd other = EventFd.create()) {
      disk.queue.call(other);
      assertThat(other.drain()).as("signalled once when it comes").isEqualTo(1);
      disk.bdev.complete(IoStatus.OK);
      disk.settle();
      assertThat(other.drain()).isEqualTo(1);
      assertThat(disk.call.drain()).isZero();
      disk.queue.call(null);
      read();
      disk.run();
      disk.bdev.complete(IoStatus.OK);
      disk.settle();
      assertThat(other.drain()).isZero();
    }
  }

  @Test
  void everybody_who_stops_a_queue_is_told_when_it_is_drained() {
    usePending();
    read();
    disk.run();
    List<String> told = new ArrayList<>();
    disk.queue.stop(() -> told.add("first"));
    disk.queue.stop(() -> told.add("second"));
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(told).containsExactly("first", "second");
  }

  @Test
  void a_fault_of_ours_breaks_the_queue_which_still_drains() {
    List<Throwable> told = new ArrayList<>();
    use(
        TestDisk.with()
            .bdev(new PendingBdev("disk", 512, 2048))
            .reactor(
                ReactorOptions.POLL,
                new ReactorListener() {
                  @Override
                  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
                    told.add(cause);
                  }

                  @Override
                  public void memoryFault(Reactor reactor, InternalError error) {
                    told.add(error);
                  }
                })
            .build());
    read();
    disk.run();
    IllegalStateException bug = new IllegalStateException("a bug");
    disk.bdev.bug(bug);
    read();
    disk.run();
    assertThat(told).containsExactly(bug);
    assertThat(disk.breaks).containsExactly(BreakReason.INTERNAL_ERROR);
    boolean[] drained = new boolean[1];
    disk.queue.stop(() -> drained[0] = true);
    disk.settle();
    assertThat(drained[0]).isFalse();
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(drained[0]).isTrue();
  }

  @Test
  void a_ring_that_is_not_there_is_refused_with_the_addresses() {
    QueueConfig wrong =
        new QueueConfig(
            3,
            16,
            TestDisk.LINUX,
            0x10,
            0x20,
            0x30,
            0,
            disk.ram.table(),
            null,
            disk.budget,
            (i, r) -> {});
    assertThatThrownBy(() -> disk.device.createQueue(wrong, disk.stepped.reactor()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the ring of queue 3 (0x10, 0x20, 0x30) is not aligned or in no region");
  }
}

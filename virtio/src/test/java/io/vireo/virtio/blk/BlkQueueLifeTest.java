package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.IoStatus;
import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.HostMemory;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.UsedRing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starting, enabling, stopping, and what may change under a running queue. */
class BlkQueueLifeTest {
  private static final int SIZE = 16;

  private TestDisk disk = TestDisk.with().build();

  @AfterEach
  void close() {
    disk.close();
  }

  private void use(TestDisk other) {
    disk.close();
    disk = other;
  }

  private void usePending() {
    use(TestDisk.with().bdev(new PendingBdev("disk", 512, 2048)).build());
  }

  private int read() {
    return disk.driver.read(0, disk.ram.allocate(512), 512);
  }

  private long used() {
    return disk.ram.hva(disk.ringGpa + disk.ring.used());
  }

  private long avail() {
    return disk.ram.hva(disk.ringGpa + disk.ring.avail());
  }

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
  void a_memory_table_without_requests_in_flight_is_free_at_once() {
    assertThat(disk.memory(disk.ram.table())).isTrue();
    assertThat(disk.run(read())).isEqualTo(BlkStatus.OK);
  }

  @Test
  void an_older_memory_table_is_free_when_its_last_request_has_ended() {
    usePending();
    int older = read();
    disk.run();
    boolean[] released = new boolean[2];
    disk.queue.memory(disk.ram.table(), () -> released[0] = true);
    read();
    disk.run();
    disk.queue.memory(disk.ram.table(), () -> released[1] = true);
    disk.bdev.completeLast(IoStatus.OK);
    disk.settle();
    assertThat(released).containsExactly(false, false);
    disk.bdev.complete(IoStatus.OK);
    assertThat(released).containsExactly(true, true);
    disk.settle();
    disk.driver.poll();
    assertThat(disk.driver.poll()).isEqualTo(older);
  }

  @Test
  void an_answer_goes_to_the_table_its_request_began_under_and_the_used_entry_to_the_new_ring() {
    usePending();
    int tag = read();
    disk.run();
    try (HostMemory moved =
        HostMemory.allocate(
            disk.ram.regions().getFirst().bytes(), "test-moved", HostMemory.HugePages.NEVER)) {
      GuestRegion old = disk.ram.regions().getFirst();
      Mem.copy(old.hva(), moved.address(), old.bytes());
      boolean[] released = new boolean[1];
      GuestMemory next =
          GuestMemory.of(
              List.of(GuestRegion.over(old.gpa(), old.bytes(), old.uva(), moved.address())));
      disk.queue.memory(next, () -> released[0] = true);
      assertThat(released[0]).isFalse();
      disk.bdev.complete(IoStatus.OK);
      assertThat(released[0]).isTrue();
      disk.settle();
      assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
      assertThat(UsedRing.idx(used())).as("the old ring is left alone").isZero();
      long movedUsed = moved.address() + (used() - old.hva());
      assertThat(UsedRing.idx(movedUsed)).isEqualTo(1);
      assertThat(disk.memory(disk.ram.table())).isTrue();
    }
  }

  @Test
  void a_memory_table_without_the_ring_breaks_the_queue_and_is_taken_all_the_same() {
    usePending();
    int answered = read();
    read();
    disk.run();
    disk.bdev.complete(IoStatus.OK); // pushed, not yet published
    boolean[] released = new boolean[1];
    disk.queue.memory(GuestMemory.EMPTY, () -> released[0] = true);
    assertThat(disk.breaks).containsExactly(BreakReason.RING_NOT_MAPPED);
    assertThat(disk.driver.poll()).as("while the ring was there").isEqualTo(answered);
    assertThat(released[0]).isFalse();
    disk.bdev.complete(IoStatus.OK);
    disk.settle();
    assertThat(released[0]).isTrue();
    assertThat(disk.driver.poll()).as("no entry into a ring that is gone").isEqualTo(-1);
    assertThat(disk.queue.parkable()).isTrue();
    disk.queue.arm();
    disk.queue.disarm();
    assertThat(disk.queue.ready()).isFalse();
  }

  @Test
  void a_request_uses_the_table_that_is_in_force_when_it_is_taken() {
    long data = disk.ram.allocate(512);
    disk.driver.read(0, data, 512);
    disk.split.publish();
    try (GuestRam other = GuestRam.of(4096)) {
      GuestRegion ring = disk.ram.regions().getFirst();
      GuestRegion elsewhere =
          GuestRegion.over(
              GuestRam.GPA + (1L << 30), 4096, 0x1000, other.regions().getFirst().hva());
      disk.bdev.store(0, new byte[] {42});
      assertThat(disk.memory(GuestMemory.of(List.of(ring, elsewhere)))).isTrue();
      disk.settle();
      assertThat(disk.driver.poll()).isNotNegative();
      assertThat(disk.run(disk.driver.read(0, GuestRam.GPA + (1L << 30), 512)))
          .isEqualTo(BlkStatus.OK);
      assertThat(other.get(GuestRam.GPA, 1)).containsExactly(42);
      assertThat(disk.memory(disk.ram.table())).isTrue();
    }
    disk.driver.read(0, GuestRam.GPA + (1L << 30), 512);
    disk.run();
    assertThat(disk.breaks).containsExactly(BreakReason.ADDRESS_NOT_MAPPED);
  }

  @Test
  void a_bdev_that_is_full_leaves_heads_in_the_ring_in_order() {
    final int first = read();
    final int second = read();
    disk.bdev.busy(2);
    disk.split.publish();
    disk.lap();
    disk.lap();
    assertThat(disk.queue.nextAvail()).isZero();
    assertThat(disk.queue.inFlight()).isZero();
    assertThat(disk.queue.ready()).as("no sleep").isTrue();
    disk.settle();
    assertThat(disk.driver.poll()).isEqualTo(first);
    assertThat(disk.driver.poll()).isEqualTo(second);
    assertThat(disk.queue.counters().requests()).isEqualTo(2);
  }

  @Test
  void one_lap_takes_a_bounded_number_of_heads() {
    use(TestDisk.with().size(256).build());
    for (int i = 0; i < 100; i++) {
      read();
    }
    disk.split.publish();
    List<Integer> laps = new ArrayList<>();
    for (int done = disk.lap(); done > 0; done = disk.lap()) {
      laps.add(done);
    }
    assertThat(laps).containsExactly(32, 32, 32, 4);
  }

  @Test
  void one_lap_copies_a_bounded_number_of_bytes() {
    use(TestDisk.with().size(256).build());
    long data = disk.ram.allocate(1 << 20);
    for (int i = 0; i < 6; i++) {
      disk.driver.read(0, data, 100 * 1024);
    }
    disk.split.publish();
    assertThat(disk.lap()).isEqualTo(3);
    assertThat(disk.lap()).isEqualTo(3);
  }

  @Test
  void answers_reach_the_driver_in_fours_while_the_lap_goes_on() {
    for (int i = 0; i < 10; i++) {
      read();
    }
    List<Integer> published = new ArrayList<>();
    disk.bdev.beforeEach(() -> published.add(disk.split.used()));
    disk.split.publish();
    disk.lap();
    assertThat(published).containsExactly(0, 0, 0, 0, 4, 4, 4, 4, 8, 8);
    assertThat(disk.split.used()).isEqualTo(10);
    assertThat(disk.call.drain()).as("interrupted once").isEqualTo(1);
  }

  @Test
  void a_ring_is_left_in_peace_for_a_while_after_something_was_taken() {
    for (int i = 0; i < 4; i++) {
      read();
    }
    disk.split.publish();
    assertThat(disk.stepped.lap()).isEqualTo(4);
    read();
    disk.split.publish();
    disk.stepped.advance(349);
    assertThat(disk.stepped.lap()).isZero();
    disk.stepped.advance(1);
    assertThat(disk.stepped.lap()).isEqualTo(1);
  }

  @Test
  void what_has_ended_is_published_also_while_the_ring_is_left_in_peace() {
    usePending();
    final int tag = read();
    disk.split.publish();
    disk.stepped.advance(1_000);
    disk.stepped.lap();
    disk.bdev.complete(IoStatus.OK);
    disk.stepped.advance(1);
    assertThat(disk.stepped.lap()).isEqualTo(1);
    assertThat(disk.driver.poll()).isEqualTo(tag);
  }

  @Test
  void a_wish_that_comes_late_is_met_within_50_us_however_busy_the_ring() {
    disk.split.suppressInterrupts();
    for (int i = 0; i < 20; i++) {
      read();
      disk.split.publish();
      disk.lap();
      disk.driver.poll();
      if (i == 9) {
        disk.call.drain();
        AvailRing.usedEvent(avail(), SIZE, i); // of the entry that was just published
      }
    }
    int microseconds = 0;
    while (disk.call.drain() == 0) {
      read();
      disk.split.publish();
      assertThat(disk.lap()).isPositive();
      disk.driver.poll();
      assertThat(++microseconds).isLessThan(50);
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
  void a_polled_ring_is_never_kicked_however_long() {
    long data = disk.ram.allocate(512);
    for (int i = 0; i < 70_000; i++) {
      disk.driver.read(0, data, 512);
      assertThat(disk.driver.publish()).as("request %d", i).isFalse();
      disk.lap();
      assertThat(disk.driver.poll()).isNotNegative();
      disk.bdev.asked().clear();
    }
  }

  @Test
  void a_full_ring_of_32768_is_served_across_the_wrap() {
    int size = 32768;
    use(TestDisk.with().size(size).startAt(50_000).ram(GuestRam.of(64 << 20)).build());
    long data = disk.ram.allocate(512);
    for (int round = 0; round < 2; round++) {
      int count = 0;
      while (disk.driver.read(count % 2048, data, 512) >= 0) {
        count++;
      }
      assertThat(count).isEqualTo(size);
      disk.run();
      for (int i = 0; i < size; i++) {
        int tag = disk.driver.poll();
        assertThat(tag).isNotNegative();
        assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
      }
    }
    assertThat(disk.queue.nextAvail()).isEqualTo((50_000 + 2 * size) & 0xffff);
  }

  @Test
  void a_ring_of_1_serves_one_request_after_the_other() {
    use(TestDisk.with().size(1).build());
    for (int i = 0; i < 10; i++) {
      assertThat(disk.run(read())).isEqualTo(BlkStatus.OK);
    }
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

  @Test
  void without_event_idx_kicks_and_interrupts_go_by_flags() {
    use(TestDisk.with().without(VirtioFeatures.EVENT_IDX).build());
    assertThat(UsedRing.flags(used())).isEqualTo(UsedRing.F_NO_NOTIFY);
    disk.split.suppressInterrupts();
    disk.run(read());
    assertThat(disk.call.drain()).isZero();
    assertThat(disk.split.enableInterrupts()).isTrue();
    disk.run(read());
    assertThat(disk.call.drain()).isEqualTo(1);
    disk.stop();
    assertThat(UsedRing.flags(used())).isZero();
  }
}

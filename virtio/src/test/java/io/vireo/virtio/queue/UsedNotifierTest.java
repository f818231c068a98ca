package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.virtio.VirtioFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UsedNotifierTest {
  private static final long EVENT_IDX = VirtioFeatures.EVENT_IDX;

  private final EventFd call = EventFd.create();
  private TestRing ring;
  private UsedNotifier notifier;

  private void ring(long features, int startAt) {
    ring(32, features, startAt);
  }

  private void ring(int size, long features, int startAt) {
    ring = new TestRing(size, features, startAt);
    notifier = new UsedNotifier(ring.queue, call);
  }

  @AfterEach
  void close() {
    call.close();
    ring.close();
  }

  private void use(int chains, long nowNs) {
    for (int i = 0; i < chains; i++) {
      ring.queue.push(0, 0);
    }
    ring.queue.publish();
    notifier.published(nowNs);
  }

  private boolean interrupted() {
    return call.drain() > 0;
  }

  @Test
  void without_event_idx_flags_0_is_told_of_each_batch_2_7_7_2() {
    ring(0, 0);
    use(3, 0);
    assertThat(call.drain()).isEqualTo(1);
    use(1, 0);
    assertThat(call.drain()).isEqualTo(1);
    assertThat(notifier.pending()).isFalse();
    assertThat(notifier.signals()).isEqualTo(2);
  }

  @Test
  void without_event_idx_flags_1_is_not_told_and_used_event_is_ignored_2_7_7_2() {
    ring(0, 0);
    AvailRing.flags(ring.avail(), AvailRing.F_NO_INTERRUPT);
    use(3, 0);
    notifier.settle();
    assertThat(interrupted()).isFalse();
    assertThat(notifier.pending()).isFalse();
  }

  @Test
  void with_event_idx_the_flag_is_ignored_2_7_7_2() {
    ring(EVENT_IDX, 0);
    AvailRing.flags(ring.avail(), AvailRing.F_NO_INTERRUPT);
    use(1, 0);
    assertThat(interrupted()).isTrue();
  }

  @Test
  void with_event_idx_the_entry_at_used_event_is_told_of_and_no_other_2_7_7_2() {
    ring(EVENT_IDX, 65_534);
    AvailRing.usedEvent(ring.avail(), 32, 1); // the fourth entry, across the wrap
    use(1, 0);
    use(2, 0);
    notifier.settle();
    assertThat(interrupted()).isFalse();
    use(1, 0);
    assertThat(interrupted()).isTrue();
    use(4, 0);
    notifier.settle();
    assertThat(interrupted()).isFalse();
  }

  @Test
  void a_wish_that_came_too_late_for_the_first_look_is_met_by_the_settling_one() {
    ring(EVENT_IDX, 0);
    AvailRing.usedEvent(ring.avail(), 32, 100);
    use(1, 0);
    assertThat(notifier.pending()).isTrue();
    AvailRing.usedEvent(ring.avail(), 32, 0); // was under way all the time
    assertThat(interrupted()).isFalse();
    notifier.settle();
    assertThat(interrupted()).isTrue();
    notifier.settle();
    assertThat(interrupted()).as("once").isFalse();
  }

  @Test
  void entries_published_after_an_unsettled_look_do_not_hide_those_before() {
    ring(EVENT_IDX, 0);
    AvailRing.usedEvent(ring.avail(), 32, 100);
    use(1, 0);
    AvailRing.usedEvent(ring.avail(), 32, 0);
    use(1, 0); // passes from 0, not from 1
    assertThat(interrupted()).isTrue();
  }

  @Test
  void under_load_what_is_pending_is_settled_after_some_batches() {
    ring(EVENT_IDX, 0);
    AvailRing.usedEvent(ring.avail(), 32, 40_000);
    for (int batch = 1; batch < UsedNotifier.SETTLE_BATCHES; batch++) {
      use(1, 0);
      assertThat(notifier.pending()).as("batch %d", batch).isTrue();
    }
    use(1, 0);
    assertThat(notifier.pending()).isFalse();
    use(1, 0);
    assertThat(notifier.pending()).as("counts anew").isTrue();
  }

  @Test
  void under_load_what_is_pending_is_settled_after_some_time() {
    ring(EVENT_IDX, 0);
    AvailRing.usedEvent(ring.avail(), 32, 40_000);
    use(1, 1_000_000);
    use(1, 1_000_000 + UsedNotifier.SETTLE_NS - 1);
    assertThat(notifier.pending()).isTrue();
    use(1, 1_000_000 + UsedNotifier.SETTLE_NS);
    assertThat(notifier.pending()).isFalse();
    assertThat(UsedNotifier.SETTLE_NS).as("promised").isLessThan(50_000);
  }

  @Test
  void batches_of_a_large_ring_do_not_hide_an_event_behind_a_wrap_2_7_7_2() {
    int size = SplitQueue.MAX_SIZE;
    ring(size, EVENT_IDX, 0);
    AvailRing.usedEvent(ring.avail(), size, 65_000);
    use(20_000, 0);
    use(20_000, 0);
    use(20_000, 0);
    assertThat(interrupted()).isFalse();
    AvailRing.usedEvent(ring.avail(), size, 61_000); // at 60,000 the driver went to sleep
    use(22_768, 0);
    notifier.settle();
    assertThat(interrupted()).isTrue();
  }

  @Test
  void a_driver_that_polls_gives_no_eventfd_and_hears_nothing() {
    ring(EVENT_IDX, 0);
    notifier = new UsedNotifier(ring.queue, null);
    use(1, 0);
    assertThat(notifier.pending()).isFalse();
    assertThat(notifier.signals()).isZero();
  }

  @Test
  void another_eventfd_is_signalled_once_when_it_comes_and_then_used() {
    ring(EVENT_IDX, 0);
    try (EventFd other = EventFd.create()) {
      notifier.call(other);
      assertThat(other.drain()).isEqualTo(1);
      use(1, 0);
      assertThat(other.drain()).isEqualTo(1);
      assertThat(interrupted()).isFalse();
    }
  }

  @Test
  void a_full_eventfd_means_signalled_already() {
    ring(0, 0);
    for (int i = 0; i < 3; i++) {
      use(1, 0);
    }
    assertThat(call.drain()).isEqualTo(3);
  }
}

package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.driver.SplitDriver;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitQueueTest {
  private static final long EVENT_IDX = VirtioFeatures.EVENT_IDX;

  @Test
  void a_queue_size_is_a_power_of_two_up_to_32768_2_7() {
    for (int size : new int[] {0, -1, 3, 300, 65536, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> SplitQueue.requireSize(size))
          .hasMessage("queue size " + size + " is not a power of two of at most 32768");
    }
    for (int size = 1; size <= 32768; size *= 2) {
      SplitQueue.requireSize(size);
    }
  }

  @Test
  void heads_come_in_order_and_stay_until_they_are_consumed() {
    try (TestRing ring = new TestRing(4, EVENT_IDX, 0)) {
      assertThat(ring.queue.empty()).isTrue();
      int first = ring.offer();
      int second = ring.offer();
      assertThat(ring.queue.available()).as("not published").isZero();
      ring.driver.publish();
      assertThat(ring.queue.empty()).isFalse();
      assertThat(ring.queue.available()).isEqualTo(2);
      assertThat(ring.queue.head()).isEqualTo(first);
      assertThat(ring.queue.head()).isEqualTo(first);
      ring.queue.consume();
      assertThat(ring.queue.head()).isEqualTo(second);
      assertThat(ring.queue.available()).isEqualTo(1);
    }
  }

  @Test
  void the_driver_sees_used_entries_only_when_they_are_published_2_7_8() {
    try (TestRing ring = new TestRing(4, EVENT_IDX, 0)) {
      int head = ring.offer();
      ring.driver.publish();
      ring.queue.consume();
      ring.queue.push(head, 0xffff_ffffL);
      assertThat(ring.queue.unpublished()).isEqualTo(1);
      assertThat(ring.driver.reap()).isEqualTo(-1);
      ring.queue.publish();
      assertThat(ring.queue.unpublished()).isZero();
      assertThat(ring.driver.reap()).isEqualTo(head);
      assertThat(ring.driver.reapedBytes()).isEqualTo(0xffff_ffffL);
    }
  }

  @Property(tries = 50)
  void indexes_wrap_at_65536_from_any_start_in_any_ring(
      @ForAll @IntRange(max = 0xffff) int start, @ForAll @IntRange(max = 6) int log2Size) {
    int size = 1 << log2Size;
    try (TestRing ring = new TestRing(size, EVENT_IDX, start)) {
      int round = 0;
      for (int done = 0; done < 70_000; ) {
        int batch = 1 + round++ % size;
        for (int i = 0; i < batch; i++) {
          ring.offer();
        }
        ring.driver.publish();
        assertThat(ring.queue.available()).isEqualTo(batch);
        for (int i = 0; i < batch; i++) {
          ring.queue.push(ring.queue.head(), i);
          ring.queue.consume();
        }
        ring.queue.publish();
        for (int i = 0; i < batch; i++) {
          assertThat(ring.driver.reap()).isNotNegative();
          assertThat(ring.driver.reapedBytes()).isEqualTo(i);
        }
        done += batch;
        assertThat(ring.queue.nextAvail()).isEqualTo((start + done) & 0xffff);
        assertThat(ring.queue.nextUsed()).isEqualTo((start + done) & 0xffff);
      }
    }
  }

  @Test
  void the_largest_ring_can_be_full_and_empty() {
    try (TestRing ring = new TestRing(32768, EVENT_IDX, 40_000)) {
      for (int i = 0; i < 32768; i++) {
        ring.offer();
      }
      ring.driver.publish();
      assertThat(ring.driver.free()).isZero();
      assertThat(ring.queue.available()).isEqualTo(32768);
      for (int i = 0; i < 32768; i++) {
        ring.queue.push(ring.queue.head(), 0);
        ring.queue.consume();
      }
      assertThat(ring.queue.available()).isZero();
      ring.queue.publish();
      assertThat(ring.driver.used()).isEqualTo(32768);
    }
  }

  @Test
  void the_used_index_goes_on_from_the_rings() {
    try (TestRing ring = new TestRing(8, EVENT_IDX, 0)) {
      UsedRing.idx(ring.used(), 65_530);
      RingAddresses place =
          new RingAddresses(ring.base + ring.place.desc(), ring.avail(), ring.used());
      SplitQueue restarted = new SplitQueue(8, EVENT_IDX, place, 65_533);
      assertThat(restarted.nextAvail()).isEqualTo(65_533);
      assertThat(restarted.nextUsed()).isEqualTo(65_530);
      restarted.push(3, 7);
      restarted.publish();
      assertThat(UsedRing.idx(ring.used())).isEqualTo(65_531);
      assertThat(UsedRing.id(UsedRing.entry(ring.used(), 65_530 & 7))).isEqualTo(3);
    }
  }

  @Test
  void a_ring_that_does_not_lie_aligned_in_one_region_is_not_found_2_7() {
    try (GuestRam ram = GuestRam.of(4096, 4096)) {
      long uva = ram.uva(GuestRam.GPA);
      int size = 16; // 256, 38 and 134 bytes
      assertThat(RingAddresses.find(ram.table(), size, true, uva, uva + 256, uva + 300))
          .isPresent();
      assertThat(RingAddresses.find(ram.table(), size, true, uva + 8, uva + 512, uva + 600))
          .as("descriptors aligned to 8")
          .isEmpty();
      assertThat(RingAddresses.find(ram.table(), size, true, uva, uva + 257, uva + 300))
          .as("odd avail ring")
          .isEmpty();
      assertThat(RingAddresses.find(ram.table(), size, true, uva, uva + 256, uva + 302))
          .as("used ring aligned to 2")
          .isEmpty();
      assertThat(RingAddresses.find(ram.table(), size, true, uva + 4096 - 128, uva, uva + 300))
          .as("across a boundary")
          .isEmpty();
      long tight = uva + 4096 - 132; // of the used ring, all but the last two bytes fit
      assertThat(RingAddresses.find(ram.table(), size, true, uva, uva + 256, tight)).isEmpty();
      assertThat(RingAddresses.find(ram.table(), size, false, uva, uva + 256, tight))
          .as("without avail_event it fits")
          .isPresent();
      assertThat(RingAddresses.find(ram.table(), size, true, 0, uva, uva)).isEmpty();
      assertThat(RingAddresses.find(ram.table(), size, true, -16, uva, uva)).isEmpty();
    }
  }

  @Test
  void without_event_idx_kicks_are_suppressed_by_flag_2_7_10() {
    try (TestRing ring = new TestRing(8, 0, 0)) {
      ring.queue.suppressKicks();
      assertThat(UsedRing.flags(ring.used())).isEqualTo(UsedRing.F_NO_NOTIFY);
      ring.offer();
      assertThat(ring.driver.publish()).isFalse();
      ring.queue.enableKicks();
      assertThat(UsedRing.flags(ring.used())).isZero();
      ring.offer();
      assertThat(ring.driver.publish()).isTrue();
    }
  }

  @Test
  void with_event_idx_the_flags_stay_0_and_the_next_head_kicks_2_7_10_2() {
    try (TestRing ring = new TestRing(8, EVENT_IDX, 65_535)) {
      ring.queue.suppressKicks();
      assertThat(UsedRing.availEvent(ring.used(), 8)).isEqualTo((65_535 + 0x7fff) & 0xffff);
      ring.offer();
      assertThat(ring.driver.publish()).isFalse();
      ring.queue.consume();
      ring.queue.enableKicks();
      assertThat(UsedRing.flags(ring.used())).isZero();
      assertThat(UsedRing.availEvent(ring.used(), 8)).isZero();
      ring.offer();
      assertThat(ring.driver.publish()).isTrue();
      ring.offer();
      assertThat(ring.driver.publish()).as("once").isFalse();
    }
  }

  @Property(tries = 20)
  void a_polled_ring_of_up_to_16384_is_never_kicked(
      @ForAll @IntRange(max = 14) int log2Size,
      @ForAll @IntRange(max = 0xffff) int start,
      @ForAll @IntRange(min = 1, max = 300) int depth) {
    int size = 1 << log2Size;
    try (TestRing ring = new TestRing(size, EVENT_IDX, start)) {
      SplitDriver driver = ring.driver;
      ring.queue.suppressKicks();
      for (int done = 0; done < 150_000; ) {
        for (int i = 0; i < depth && driver.free() > 0; i++) {
          ring.offer();
        }
        assertThat(driver.publish()).isFalse();
        int taken = ring.queue.available();
        for (int i = 0; i < taken; i++) {
          ring.queue.push(ring.queue.head(), 0);
          ring.queue.consume();
        }
        ring.queue.renewSuppression();
        ring.queue.publish();
        while (driver.reap() >= 0) {
          done++;
        }
      }
    }
  }
}

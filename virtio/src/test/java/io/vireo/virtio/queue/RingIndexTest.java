package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RingIndexTest {
  private static final int LAST = 0xffff;

  @Property
  void passed_is_vring_need_event_of_the_kernel_2_7_7_2(
      @ForAll @IntRange(max = LAST) int event,
      @ForAll @IntRange(max = LAST) int now,
      @ForAll @IntRange(max = LAST) int old) {
    boolean expected = ((now - event - 1) & LAST) < ((now - old) & LAST);
    assertThat(RingIndex.passed(event, now, old)).isEqualTo(expected);
  }

  @Property
  void passed_means_that_an_entry_was_written_at_the_event(
      @ForAll @IntRange(max = LAST) int old,
      @ForAll @IntRange(max = 300) int eventAhead,
      @ForAll @IntRange(max = 300) int moved) {
    int event = RingIndex.plus(old, eventAhead);
    boolean written = false;
    for (int i = 0; i < moved; i++) {
      written |= RingIndex.plus(old, i) == event;
    }
    assertThat(RingIndex.passed(event, RingIndex.plus(old, moved), old)).isEqualTo(written);
  }

  @Test
  void indexes_wrap_at_65536() {
    assertThat(RingIndex.plus(LAST, 1)).isZero();
    assertThat(RingIndex.plus(0, -1)).isEqualTo(LAST);
    assertThat(RingIndex.distance(2, LAST)).isEqualTo(3);
    assertThat(RingIndex.distance(LAST, LAST)).isZero();
    assertThat(RingIndex.passed(LAST, 0, LAST)).isTrue();
    assertThat(RingIndex.passed(0, 0, LAST)).isFalse();
    assertThat(RingIndex.passed(0, 1, LAST)).isTrue();
  }
}

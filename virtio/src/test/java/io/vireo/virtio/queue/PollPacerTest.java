package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PollPacerTest {
  private final PollPacer pacer = PollPacer.adaptive();

  @Test
  void a_ring_may_be_looked_at_until_something_was_taken() {
    assertThat(pacer.due(0)).isTrue();
    assertThat(pacer.due(Long.MIN_VALUE)).isTrue();
    assertThat(pacer.due(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void the_pause_grows_with_what_was_taken_up_to_its_limit() {
    int factor = new PaceSearch().factor(); // the first
    assertThat(pauseAfter(1)).isEqualTo(125 * factor / PaceSearch.WHOLE);
    assertThat(pauseAfter(4)).isEqualTo(350 * factor / PaceSearch.WHOLE);
    assertThat(pauseAfter(32)).isEqualTo(PollPacer.MAX_NS * factor / PaceSearch.WHOLE);
  }

  @Test
  void a_lap_that_was_longer_than_the_pause_is_not_paced() {
    pacer.took(32, 1_000);
    assertThat(pacer.due(1_000 + PollPacer.MAX_NS)).isTrue();
  }

  @Test
  void the_clock_may_overflow() {
    pacer.took(1, Long.MAX_VALUE - 10);
    assertThat(pacer.due(Long.MAX_VALUE)).isFalse();
    assertThat(pacer.due(Long.MIN_VALUE + 200)).isTrue();
  }

  @Test
  void a_clock_that_stands_still_paces_nothing() {
    pacer.took(32, 77);
    assertThat(pacer.due(77)).isTrue();
    assertThat(pacer.due(78)).isFalse();
  }

  @Test
  void a_fixed_pause_is_the_same_whatever_was_taken() {
    PollPacer fixed = PollPacer.fixed(300);
    for (int requests : new int[] {1, 32}) {
      fixed.took(requests, 1_000);
      assertThat(fixed.due(1_299)).isFalse();
      assertThat(fixed.due(1_300)).isTrue();
    }
  }

  @Test
  void a_fixed_pause_of_nothing_paces_nothing() {
    PollPacer fixed = PollPacer.fixed(0);
    fixed.took(32, 1_000);
    assertThat(fixed.due(1_001)).isTrue();
  }

  private long pauseAfter(int requests) {
    pacer.took(requests, 0);
    long ns = 1;
    while (!pacer.due(ns)) {
      ns++;
    }
    return ns;
  }
}

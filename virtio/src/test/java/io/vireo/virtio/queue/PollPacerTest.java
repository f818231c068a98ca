package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PollPacerTest {
  private final PollPacer pacer = new PollPacer();

  @Test
  void a_ring_may_be_looked_at_until_something_was_taken() {
    assertThat(pacer.due(0)).isTrue();
    assertThat(pacer.due(Long.MIN_VALUE)).isTrue();
    assertThat(pacer.due(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void the_pause_grows_with_what_was_taken_up_to_its_limit() {
    assertThat(pauseAfter(1)).isEqualTo(125);
    assertThat(pauseAfter(4)).isEqualTo(350);
    assertThat(pauseAfter(32)).isEqualTo(PollPacer.MAX_NS);
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

  private long pauseAfter(int requests) {
    pacer.took(requests, 0);
    long ns = 1;
    while (!pacer.due(ns)) {
      ns++;
    }
    return ns;
  }
}

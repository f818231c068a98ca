package io.vireo.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CoalescingTest {
  @Test
  void a_delay_is_at_most_a_second_and_0_is_none() {
    assertThat(new Coalescing(0, 100).off()).isTrue();
    assertThat(new Coalescing(1, 100).off()).isFalse();
    assertThat(new Coalescing(1_000_000, 100).delayBaseUs()).isEqualTo(1_000_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Coalescing(1_000_001, 100))
        .withMessage("coalescing delay of 1000001 us is not between 0 and 1000000");
    assertThatIllegalArgumentException().isThrownBy(() -> new Coalescing(-1, 100));
  }

  @Test
  void a_threshold_is_a_request_in_each_look_at_least() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Coalescing(0, 99))
        .withMessage("coalescing threshold of 99 requests a second is below 100");
    assertThat(new Coalescing(5, Long.MAX_VALUE).iopsThreshold()).isEqualTo(Long.MAX_VALUE);
  }
}

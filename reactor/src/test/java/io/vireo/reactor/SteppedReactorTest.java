package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteppedReactorTest {
  @Test
  void a_lap_polls_and_a_message_runs_first() {
    try (SteppedReactor stepped = new SteppedReactor()) {
      StringBuilder order = new StringBuilder();
      stepped.reactor().addChannel(() -> order.append("channel ").length());
      stepped.reactor().add(() -> order.append("queue ").length());
      stepped.reactor().post(() -> order.append("message "));
      assertThat(stepped.lap()).isPositive();
      assertThat(order).hasToString("message channel queue ");
    }
  }
}

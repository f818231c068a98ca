package io.vireo.bdev.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DueQueueTest {
  /** The clock wraps in the middle of some. */
  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 500, Long.MIN_VALUE, -500})
  void the_earliest_comes_first_whatever_came_in_between(long beginning) {
    Random random = new Random(beginning);
    DueQueue queue = new DueQueue();
    List<Long> model = new ArrayList<>(); // after the beginning
    for (int step = 0; step < 20_000; step++) {
      if (model.size() < 1024 && (model.isEmpty() || random.nextInt(100) < 52)) {
        long after = random.nextInt(1000);
        model.add(after);
        queue.add(null, beginning + after);
      } else {
        long first = model.stream().min(Long::compare).orElseThrow();
        assertThat(queue.firstDueNs() - beginning).isEqualTo(first);
        queue.take();
        model.remove(first);
      }
      assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
    }
  }
}

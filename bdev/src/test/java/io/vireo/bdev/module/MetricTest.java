package io.vireo.bdev.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricTest {
  @Test
  void a_name_that_keeps_the_conventions_is_taken() {
    assertThat(Metric.counter("a_total", "A", "b").labels()).containsExactly("b");
    assertThat(Metric.gauge("a_bytes", "A").labels()).isEmpty();
    assertThat(Metric.info("a_info", "A", "b", "c").labels()).containsExactly("b", "c");
    assertThat(Metric.histogram("a_seconds", "A").type()).isEqualTo(Metric.Type.HISTOGRAM);
  }

  @ParameterizedTest
  @CsvSource({
    "COUNTER, a_bytes, 'the metric a_bytes: counters, and nothing else, end with _total'",
    "GAUGE, a_total, 'the metric a_total: counters, and nothing else, end with _total'",
    "INFO, a, 'the metric a: infos, and nothing else, end with _info'",
    "GAUGE, a_info, 'the metric a_info: infos, and nothing else, end with _info'",
    "GAUGE, A, the metric A is not in snake case",
    "GAUGE, a__b, the metric a__b is not in snake case",
    "GAUGE, 1a, the metric 1a is not in snake case",
    "GAUGE, '', the metric  is not in snake case"
  })
  void another_is_refused(Metric.Type type, String name, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Metric(type, name, "A", List.of()))
        .withMessage(sentence);
  }

  @Test
  void so_is_a_label() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Metric.gauge("a", "A", "b-c"))
        .withMessage("the label b-c is not in snake case");
  }
}

package io.vireo.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.vireo.bdev.BucketLayout;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static final Metric GAUGE = Metric.gauge("a_bytes", "A", "of");
  private static final Metric TOTAL = Metric.counter("b_total", "B");
  private static final long FRESH_NS = 100_000_000;

  private final AtomicLong nowNs = new AtomicLong();

  private record Fixed(List<Metric> metrics, Consumer<Measurements> figures) implements Source {
    @Override
    public void measure(Measurements to) {
      figures.accept(to);
    }
  }

  private Catalogue catalogue(Source... sources) {
    return new Catalogue(List.of(sources), nowNs::get);
  }

  private static List<String> lines(Catalogue catalogue) {
    return PrometheusTextFormatWriter.create()
        .toDebugString(catalogue.figures())
        .lines()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  @Test
  void quotes_backslashes_and_newlines_in_labels_are_escaped() {
    Catalogue catalogue =
        catalogue(new Fixed(List.of(GAUGE), to -> to.put(GAUGE, 1, "a\"b\\c\nd")));
    assertThat(lines(catalogue)).contains("a_bytes{of=\"a\\\"b\\\\c\\nd\"} 1.0");
  }

  @Test
  void a_bdev_module_shows_its_own() {
    BdevModule module =
        new BdevModule() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          public List<Method<?>> methods(BdevContext context) {
            return List.of();
          }

          @Override
          public List<ConfigEntry> configuration(BdevContext context) {
            return List.of();
          }

          @Override
          public List<Metric> metrics() {
            return List.of(GAUGE);
          }

          @Override
          public void measure(Measurements to) {
            to.put(GAUGE, 3, "mine");
          }
        };
    Source source = Source.of(module);
    assertThat(source.name()).isEqualTo("bdev module mine");
    assertThat(lines(catalogue(source))).contains("a_bytes{of=\"mine\"} 3.0");
  }

  @Test
  void of_two_figures_with_the_same_labels_the_second_stays() {
    Catalogue catalogue =
        catalogue(
            new Fixed(
                List.of(GAUGE),
                to -> {
                  to.put(GAUGE, 1, "x");
                  to.put(GAUGE, 2, "x");
                }));
    assertThat(lines(catalogue)).contains("a_bytes{of=\"x\"} 2.0").hasSize(2);
  }

  @Test
  void a_source_that_fails_is_counted_and_the_others_are_shown() {
    Catalogue catalogue =
        catalogue(
            new Fixed(
                List.of(GAUGE),
                to -> {
                  to.put(GAUGE, 1, "x");
                  throw new IllegalStateException("meant for the log");
                }),
            new Fixed(List.of(TOTAL), to -> to.put(TOTAL, 7)));
    assertThat(lines(catalogue))
        .containsExactlyInAnyOrder("b_total 7.0", "vireo_metrics_failures_total 1.0");
    nowNs.addAndGet(FRESH_NS);
    assertThat(lines(catalogue)).contains("vireo_metrics_failures_total 2.0");
  }

  @Test
  void two_metrics_of_one_name_are_refused() {
    Source source = new Fixed(List.of(TOTAL), to -> {});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalogue(source, source))
        .withMessage("two metrics are named b_total");
  }

  @Test
  void figures_are_read_ten_times_a_second_at_most() {
    List<Long> readings = new ArrayList<>();
    Catalogue catalogue = catalogue(new Fixed(List.of(TOTAL), to -> readings.add(nowNs.get())));
    catalogue.figures();
    catalogue.figures();
    nowNs.set(FRESH_NS - 1);
    catalogue.figures();
    nowNs.set(FRESH_NS);
    catalogue.figures();
    nowNs.set(2 * FRESH_NS - 1);
    catalogue.figures();
    assertThat(readings).containsExactly(0L, FRESH_NS);
  }

  @Test
  void what_was_not_declared_so_is_refused() {
    Samples samples = new Samples(List.of(GAUGE));
    assertThatThrownBy(() -> samples.put(TOTAL, 1)).hasMessage("b_total was not declared");
    assertThatThrownBy(() -> samples.put(GAUGE, 1)).hasMessage("a_bytes has 1 labels, not 0");
    Histogram histogram = new Histogram(BucketLayout.of(7, 1_000, 2_000));
    assertThatThrownBy(() -> samples.put(GAUGE, histogram, "x"))
        .hasMessage("a_bytes is no metric of histograms");
    Metric latency = Metric.histogram("c_seconds", "C");
    Samples latencies = new Samples(List.of(latency));
    assertThatThrownBy(() -> latencies.put(latency, 1))
        .hasMessage("c_seconds is a metric of histograms");
  }
}

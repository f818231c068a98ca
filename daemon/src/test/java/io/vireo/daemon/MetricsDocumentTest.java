package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.module.Metric;
import io.vireo.daemon.metrics.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written about metrics, and asked in the dashboard, is what a target shows. */
class MetricsDocumentTest {
  private static final Path DOCS = Path.of("").toAbsolutePath().resolveSibling("docs");
  private static final Path DOCUMENT = DOCS.resolve("metrics.md");
  private static final Pattern NAME = Pattern.compile("\\b(?:vireo|process|jvm)_[a-z0-9_]+");

  /** The parts are not asked for what they always show. */
  private static List<Metric> metrics() throws IOException {
    try (Plugins plugins = Plugins.in(null)) {
      return Catalogue.of(null, null, null, null, plugins.modules()).metrics();
    }
  }

  private static Set<String> names() throws IOException {
    Set<String> names = new HashSet<>();
    for (Metric metric : metrics()) {
      if (metric.type() == Metric.Type.HISTOGRAM) {
        Stream.of("_bucket", "_sum", "_count").map(metric.name()::concat).forEach(names::add);
      } else {
        names.add(metric.name());
      }
    }
    return names;
  }

  private static String row(Metric metric) {
    return "| `%s` | %s |%s | %s |"
        .formatted(
            metric.name(),
            metric.type().name().toLowerCase(Locale.ROOT),
            metric.labels().stream()
                .map(label -> " `" + label + "`")
                .collect(Collectors.joining(",")),
            metric.help());
  }

  @Test
  void the_table_has_every_metric_as_it_is_and_no_other() throws IOException {
    List<String> table =
        Files.readAllLines(DOCUMENT).stream()
            .filter(line -> line.matches("\\| `(vireo|process|jvm)_[a-z_]+` \\|.*"))
            .toList();
    assertThat(table)
        .containsExactlyElementsOf(metrics().stream().map(MetricsDocumentTest::row).toList());
  }

  @Test
  void the_expressions_ask_for_metrics_that_there_are() throws IOException {
    List<String> rows =
        Files.readAllLines(DOCUMENT).stream().filter(line -> line.matches("\\| [a-zI].*")).toList();
    assertThat(rows).hasSizeGreaterThan(7);
    Set<String> known = names();
    for (String row : rows) {
      assertThat(named(row)).as(row).allMatch(known::contains);
    }
  }

  @Test
  void the_dashboard_asks_for_metrics_that_there_are_and_shows_nearly_all() throws IOException {
    Set<String> known = names();
    Set<String> asked = new HashSet<>();
    List<String> expressions = expressions();
    assertThat(expressions).hasSizeGreaterThan(30);
    for (String expression : expressions) {
      assertThat(named(expression)).as(expression).isNotEmpty().allMatch(known::contains);
      asked.addAll(named(expression));
    }
    known.removeAll(asked);
    assertThat(known)
        .as("what is not shown")
        .allMatch(
            name ->
                name.matches(
                    "vireo_bdev_(info|request_duration_seconds_(sum|count))|process_max_fds"
                        + "|vireo_vhost_connections_total|vireo_metrics_failures_total"));
  }

  /** Each panel, its data source and its place are its own. */
  @Test
  void the_dashboards_panels_do_not_cover_each_other() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : dashboard().path("panels")) {
      assertThat(ids.add(panel.path("id").intValue())).as(panel.path("title") + "").isTrue();
      JsonNode at = panel.path("gridPos");
      assertThat(at.path("x").intValue() + at.path("w").intValue()).isLessThanOrEqualTo(24);
      for (int x = 0; x < at.path("w").intValue(); x++) {
        for (int y = 0; y < at.path("h").intValue(); y++) {
          String cell = (at.path("x").intValue() + x) + ":" + (at.path("y").intValue() + y);
          assertThat(cells.add(cell)).as(panel.path("title") + " at " + cell).isTrue();
        }
      }
      if (!panel.path("type").stringValue().equals("row")) {
        assertThat(panel.path("datasource").path("uid").stringValue()).isEqualTo("${datasource}");
      }
    }
  }

  private static JsonNode dashboard() throws IOException {
    return JsonMapper.shared().readTree(Files.readString(DOCS.resolve("grafana/vireo.json")));
  }

  private static List<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    for (JsonNode panel : dashboard().path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.add(target.path("expr").stringValue());
      }
    }
    return expressions;
  }

  private static Set<String> named(String text) {
    Set<String> names = new HashSet<>();
    Matcher name = NAME.matcher(text);
    while (name.find()) {
      names.add(name.group());
    }
    return names;
  }
}

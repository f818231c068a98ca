package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Medians, ratios and round trips, over near pairs and over all. */
class ComparisonReportTest {
  private static final PerfOptions ONE = new PerfOptions(Workload.RANDREAD, 100, 4096, 1, 1);
  private static final PerfOptions MANY = new PerfOptions(Workload.RANDWRITE, 0, 4096, 32, 1);

  /** A pair of disks with so many requests a second, between cores so far apart. */
  private static Pair pair(double a, double b, double distanceNs, Map<String, Double> references) {
    return new Pair(
        new Pair.Probed(distanceNs, Samples.of(a), distanceNs),
        new Pair.Probed(distanceNs, Samples.of(b), distanceNs),
        references);
  }

  private static Pair pair(double a, double b, double distanceNs) {
    return pair(a, b, distanceNs, Map.of());
  }

  private static CellPairs cell(PerfOptions options, Pair... pairs) {
    CellPairs cell = new CellPairs(options);
    List.of(pairs).forEach(cell::add);
    return cell;
  }

  private static JsonNode json(CellPairs... cells) {
    return JsonMapper.shared().valueToTree(new ComparisonReport(List.of(cells)).json("x", "y"));
  }

  private static String text(Consumer<PrintWriter> printing) {
    StringWriter text = new StringWriter();
    printing.accept(new PrintWriter(text, true));
    return text.toString();
  }

  private static String table(CellPairs... cells) {
    return text(out -> new ComparisonReport(List.of(cells)).print(out, "x", "y"));
  }

  /** Three near pairs and four far ones. */
  private static final CellPairs MIXED =
      cell(
          ONE,
          pair(4_000_000, 1_000_000, 100),
          pair(5_000_000, 1_000_000, 100),
          pair(8_000_000, 1_000_000, 100),
          pair(1_000_000, 1_000_000, 400),
          pair(1_000_000, 1_000_000, 400),
          pair(2_000_000, 1_000_000, 400),
          pair(2_500_000, 1_000_000, 400));

  @Test
  void figures_are_over_near_pairs_and_over_all() {
    JsonNode cell = json(MIXED).path("cells").get(0);
    assertThat(cell.path("pairs").intValue()).isEqualTo(7);
    assertThat(cell.path("near_pairs").intValue()).isEqualTo(3);
    assertThat(cell.at("/near/pairs").intValue()).isEqualTo(3);
    assertThat(cell.at("/near/a/iops").doubleValue()).isEqualTo(5_000_000);
    assertThat(cell.at("/near/b/iops").doubleValue()).isEqualTo(1_000_000);
    assertThat(cell.at("/near/ratio/median").doubleValue()).isEqualTo(5);
    assertThat(cell.at("/near/ratio").has("low")).as("limits by three values").isFalse();
    assertThat(cell.at("/all/pairs").intValue()).isEqualTo(7);
    assertThat(cell.at("/all/ratio/median").doubleValue()).isEqualTo(2.5);
    assertThat(cell.at("/all/ratio/low").doubleValue()).isEqualTo(1);
    assertThat(cell.at("/all/ratio/high").doubleValue()).isEqualTo(8);
  }

  @Test
  void a_request_alone_is_told_in_round_trips_of_its_own_sample() {
    JsonNode cell = json(MIXED).path("cells").get(0);
    // 250, 200 and 125 ns of 100; of 400 ns: 1000 twice, 500, 400.
    assertThat(cell.at("/near/a/round_trips").doubleValue()).isEqualTo(2);
    assertThat(cell.at("/near/b/round_trips").doubleValue()).isEqualTo(10);
    assertThat(cell.at("/all/a/round_trips").doubleValue()).isEqualTo(2);
    assertThat(json(cell(MANY, pair(2, 1, 100))).at("/cells/0/all/a").has("round_trips")).isFalse();
  }

  @Test
  void every_sample_is_kept_with_what_was_around_it() {
    JsonNode document = json(cell(MANY, pair(2000, 500, 400, Map.of("fio", 1000.0))), MIXED);
    assertThat(document.path("a").stringValue()).isEqualTo("x");
    assertThat(document.path("b").stringValue()).isEqualTo("y");
    assertThat(document.path("bytes").intValue()).isEqualTo(4096);
    assertThat(document.path("near_ns").doubleValue()).isEqualTo(150);
    assertThat(document.path("cells")).hasSize(2);
    JsonNode cell = document.path("cells").get(0);
    assertThat(cell.path("workload").stringValue()).isEqualTo("randwrite");
    assertThat(cell.path("depth").intValue()).isEqualTo(32);
    assertThat(cell.has("near")).as("figures of no pair").isFalse();
    assertThat(cell.at("/all/references/fio/iops").doubleValue()).isEqualTo(1000);
    assertThat(cell.at("/all/references/fio/ratio_of_a/median").doubleValue()).isEqualTo(2);
    JsonNode sample = cell.path("samples").get(0);
    assertThat(sample.path("near").booleanValue()).isFalse();
    assertThat(sample.at("/references_iops/fio").doubleValue()).isEqualTo(1000);
    assertThat(sample.at("/a/iops").doubleValue()).isEqualTo(2000);
    assertThat(sample.at("/b/round_trip_after_ns").doubleValue()).isEqualTo(400);
    assertThat(sample.at("/b/latency_us/p50").doubleValue()).isCloseTo(2000, withPercentage(1));
    assertThat(document.path("cells").get(1).path("samples")).hasSize(7);
  }

  @Test
  void the_table_tells_how_many_pairs_were_near() {
    CellPairs near = cell(MANY, pair(3000, 1000, 100), pair(3000, 1000, 100));
    CellPairs far = cell(ONE, pair(2000, 1000, 200));
    assertThat(table(MIXED, near).lines().filter(line -> line.startsWith("rand")))
        .satisfiesExactly(
            row -> assertThat(row).startsWith("randread      1     3    0 ").contains(" 5.00  "),
            row ->
                assertThat(row)
                    .startsWith("randread      1     3    4 ")
                    .contains("2.50 (1.00-8.00)"),
            row -> assertThat(row).startsWith("randwrite    32     2    0 ").contains(" 3.00  "));
    assertThat(table(MIXED, near)).doesNotContain("no near pair");
    assertThat(table(far, near))
        .contains("randread      1     0    1 ")
        .contains(
            "1 of 2 loads had no near pair, at best round trips of 200 ns: their rows are about far"
                + " cores only");
  }

  @Test
  void references_are_columns() {
    CellPairs cell = cell(MANY, pair(1900, 1, 100, Map.of("fio", 2000.0)));
    assertThat(table(cell))
        .containsPattern("(?m)^load .* fio  A / fio *$")
        .containsPattern("(?m)^randwrite .* 2000  0.95 *$");
  }

  @Test
  void a_round_is_one_line() {
    CellPairs cell = cell(MANY, pair(3000, 1000, 100), pair(5000, 2000, 120));
    assertThat(text(out -> ComparisonReport.printRound(out, List.of(cell, MIXED))).strip())
        .isEqualTo("round 2: 1 of 2 pairs near, round trip 260 ns, ratios 2.50 2.50");
  }
}

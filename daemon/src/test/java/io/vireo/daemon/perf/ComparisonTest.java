package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Which samples are taken, in which order, and when it is enough; with scripted distances. */
class ComparisonTest {
  private static final PerfOptions ONE = cell(1);
  private static final PerfOptions MANY = cell(32);
  private static final double NEAR = 100;
  private static final double FAR = 300;

  private final List<String> order = new ArrayList<>();

  private static PerfOptions cell(int depth) {
    return new PerfOptions(Workload.RANDREAD, 100, 4096, depth, 1);
  }

  private Side side(String name, double iops) {
    return (cell, uncountedNs, countedNs) -> {
      order.add(name + cell.depth() + (countedNs == 1 ? " warm-up" : ""));
      return Samples.of(iops);
    };
  }

  private List<CellPairs> run(int near, int max, Comparison.Distance distance, PerfOptions... cells)
      throws IOException {
    return new Comparison(side("a", 3000), side("b", 1000), List.of(), distance, 7, 1000)
        .run(new Plan(List.of(cells)), near, max, round -> order.add("|"));
  }

  @Test
  void rounds_take_a_pair_of_each_cell_after_one_that_warms_up() throws Exception {
    run(2, 2, () -> NEAR, ONE, MANY);
    assertThat(String.join(" ", order))
        .isEqualTo("a1 warm-up b1 warm-up a32 warm-up b32 warm-up a1 b1 a32 b32 | a1 b1 a32 b32 |");
  }

  @Test
  void far_pairs_are_kept_and_the_wanted_number_is_of_near_ones() throws Exception {
    // Before the first sample, then after each: pairs 2 and 3 have a far end.
    CellPairs pairs =
        run(2, 9, script(NEAR, NEAR, NEAR, NEAR, FAR, NEAR, NEAR, NEAR, NEAR), ONE).getFirst();
    assertThat(pairs.all()).extracting(Pair::near).containsExactly(true, false, false, true);
    assertThat(pairs.near()).containsExactly(pairs.all().getFirst(), pairs.all().getLast());
    assertThat(pairs.all().get(2).a().beforeNs()).isEqualTo(FAR);
  }

  @Test
  void a_round_trip_of_150_ns_is_far() throws Exception {
    assertThat(run(1, 1, () -> 150, ONE).getFirst().near()).isEmpty();
    assertThat(run(1, 1, () -> 149.9, ONE).getFirst().near()).hasSize(1);
  }

  @Test
  void cells_that_are_far_every_time_end_with_as_many_pairs_as_near_ones_are_wanted()
      throws Exception {
    assertThat(run(2, 5, () -> FAR, ONE, MANY))
        .allSatisfy(
            pairs -> {
              assertThat(pairs.all()).hasSize(2);
              assertThat(pairs.near()).isEmpty();
            });
  }

  @Test
  void a_cell_that_is_near_too_seldom_ends_with_so_many_pairs() throws Exception {
    // The first pair is near, the others are far.
    CellPairs pairs =
        run(2, 4, script(NEAR, NEAR, NEAR, FAR, FAR, FAR, FAR, FAR, FAR), ONE).getFirst();
    assertThat(pairs.all()).hasSize(4);
    assertThat(pairs.near()).hasSize(1);
  }

  @Test
  void a_cell_that_has_enough_near_pairs_is_in_no_further_round() throws Exception {
    // The second cell's pair of the first round is far in its middle.
    Comparison.Distance distance =
        script(NEAR, NEAR, NEAR, FAR, NEAR, NEAR, NEAR, NEAR, NEAR, NEAR, NEAR);
    assertThat(run(2, 9, distance, ONE, MANY))
        .extracting(pairs -> pairs.all().size())
        .containsExactly(2, 3);
  }

  @Test
  void references_are_taken_after_each_pair_and_the_distance_anew() throws Exception {
    Reference echo = new Reference("echo", "echo $((DEPTH * 10))");
    Comparison comparison =
        new Comparison(
            side("a", 3000),
            side("b", 1000),
            List.of(echo),
            script(NEAR, NEAR, FAR, NEAR, NEAR, NEAR, NEAR, NEAR, NEAR, NEAR),
            7,
            1000);
    List<Pair> pairs = comparison.run(new Plan(List.of(MANY)), 2, 3, round -> {}).getFirst().all();
    assertThat(pairs).extracting(Pair::near).containsExactly(false, true, true);
    assertThat(pairs).allSatisfy(pair -> assertThat(pair.ratioTo("echo")).isEqualTo(3000 / 320.0));
  }

  @Test
  void a_side_that_fails_ends_it() {
    Side gone =
        (cell, uncountedNs, countedNs) -> {
          throw new IOException("gone");
        };
    Comparison comparison = new Comparison(side("a", 1), gone, List.of(), () -> NEAR, 1, 2);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> comparison.run(new Plan(List.of(ONE)), 1, 1, round -> {}))
        .withMessage("gone");
  }

  private static Comparison.Distance script(double... distancesNs) {
    Iterator<Double> next = DoubleStream.of(distancesNs).iterator();
    return next::next;
  }
}

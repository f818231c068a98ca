package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Terminal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What keys do to the screen, without one. */
class ViewTest {
  private static final Terminal.Size USUAL = new Terminal.Size(24, 80);

  private final View view = new View(SortKey.IOPS, 1, false);
  private Rates rates = rates(100);

  /** Bdev 0 does the least, the last one the most. */
  private static Rates rates(int bdevs) {
    Samples before = Samples.at(1).reactor(0, 0, 0, 0).controller("vm", "disk000", 0);
    Samples after = Samples.at(2).reactor(0, 5, 5, 0).controller("vm", "disk000", 9);
    for (int i = 0; i < bdevs; i++) {
      String name = "disk%03d".formatted(i);
      before.bdev(name, 0);
      after.bdev(name, i);
    }
    return Rates.between(before.sample(), after.sample());
  }

  private List<String> lines(Terminal.Size size) {
    return view.lines(rates, null, size).stream().map(line -> line.text().stripTrailing()).toList();
  }

  private String title() {
    return lines(USUAL).getFirst();
  }

  private void type(String keys) {
    keys.chars().forEach(c -> view.key(new Key(Key.Name.CHARACTER, (char) c)));
  }

  private void press(Key.Name name) {
    view.key(new Key(name, (char) 0));
  }

  @Test
  void the_screen_is_full_and_not_more_than_that() {
    for (int rows = 1; rows < 140; rows++) {
      for (int columns : new int[] {1, 10, 80, 300}) {
        Terminal.Size size = new Terminal.Size(rows, columns);
        assertThat(view.lines(rates, null, size))
            .hasSize(Math.max(rows, Math.min(rows, 2)))
            .allMatch(line -> line.text().length() <= columns);
      }
    }
  }

  @Test
  void keys_sort_and_reverse() {
    assertThat(title()).endsWith("every 1 s  by iops");
    assertThat(lines(USUAL).get(9)).startsWith("disk099 ");
    type("n");
    assertThat(title()).endsWith("by name");
    assertThat(lines(USUAL).get(9)).startsWith("disk000 ");
    type("r");
    assertThat(title()).endsWith("by name reversed");
    assertThat(lines(USUAL).get(9)).startsWith("disk099 ");
    for (String key : List.of("i:iops", "m:mibs", "l:latency", "9:p99", "d:depth")) {
      type(key.substring(0, 1));
      assertThat(title()).endsWith("by " + key.substring(2) + " reversed");
    }
  }

  @Test
  void the_tables_scroll_and_the_heads_of_the_columns_stay() {
    lines(USUAL);
    press(Key.Name.PAGE_DOWN);
    List<String> lines = lines(USUAL);
    assertThat(lines.get(2)).startsWith("BDEV ");
    String last = lines.get(22);
    press(Key.Name.PAGE_DOWN);
    assertThat(lines(USUAL).get(3)).startsWith("disk0").isGreaterThan("disk000").isNotEqualTo(last);
    press(Key.Name.UP);
    assertThat(lines(USUAL)).anyMatch(line -> line.equals(last));
    press(Key.Name.END);
    assertThat(lines(USUAL).get(22)).startsWith("disk000 ");
    press(Key.Name.DOWN);
    assertThat(lines(USUAL).get(22)).startsWith("disk000 ");
    press(Key.Name.HOME);
    press(Key.Name.UP);
    assertThat(lines(USUAL).get(2)).startsWith("CPU ");
  }

  @Test
  void every_row_can_be_scrolled_to_page_by_page() {
    StringBuilder seen = new StringBuilder();
    for (int page = 0; page < 10; page++) {
      lines(USUAL).forEach(line -> seen.append(line).append('\n'));
      press(Key.Name.PAGE_DOWN);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(seen).contains("\ndisk%03d ".formatted(i));
    }
  }

  @Test
  void when_rows_go_the_rest_moves_up() {
    press(Key.Name.END);
    lines(USUAL);
    rates = rates(3);
    assertThat(lines(USUAL).get(2)).startsWith("CPU ");
  }

  @Test
  void intervals_become_longer_and_shorter_within_limits() {
    type("+");
    assertThat(view.intervalSeconds()).isEqualTo(2);
    type("---");
    assertThat(view.intervalSeconds()).isEqualTo(0.2);
    assertThat(title()).contains("every 0.2 s");
    type("----");
    assertThat(view.intervalSeconds()).isEqualTo(0.1);
    type("+".repeat(30));
    assertThat(view.intervalSeconds()).isEqualTo(60);
    View long7 = new View(SortKey.IOPS, 700, false);
    long7.key(new Key(Key.Name.CHARACTER, '+'));
    assertThat(long7.intervalSeconds()).isEqualTo(700);
    long7.key(new Key(Key.Name.CHARACTER, '-'));
    assertThat(long7.intervalSeconds()).isEqualTo(60);
  }

  @Test
  void help_comes_and_goes_and_fits_a_usual_terminal() {
    List<String> before = lines(USUAL);
    type("h");
    assertThat(lines(new Terminal.Size(24, 300))).isEqualTo(lines(USUAL));
    assertThat(lines(USUAL)).anyMatch(line -> line.startsWith("h            back"));
    type("h");
    assertThat(lines(USUAL)).isEqualTo(before);
  }

  @Test
  void pausing_and_histograms_are_told() {
    type("p");
    assertThat(title()).endsWith("PAUSED");
    assertThat(view.paused()).isTrue();
    type("pt");
    assertThat(view.paused()).isFalse();
    assertThat(view.histograms()).isTrue();
    type("t");
    assertThat(view.histograms()).isFalse();
  }

  @Test
  void trouble_takes_the_second_line_and_the_last_figures_stay() {
    List<Line> lines = view.lines(rates, "it is\033gone", USUAL);
    assertThat(lines.get(1)).isEqualTo(new Line("it is?gone", Line.Style.ALERT));
    assertThat(lines.get(9).text()).startsWith("disk099 ");
  }

  @Test
  void keys_without_a_meaning_do_nothing() {
    List<String> before = lines(USUAL);
    type("xyzQ\u0000\u00ff");
    press(Key.Name.STOP);
    press(Key.Name.REDRAW);
    assertThat(lines(USUAL)).isEqualTo(before);
  }
}

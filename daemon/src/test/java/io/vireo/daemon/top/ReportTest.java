package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BucketLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates as text. */
class ReportTest {
  private static final BucketLayout LAYOUT = BucketLayout.of(5, 0, 1_000_000_000);

  private static Buckets buckets(long count) {
    long[] counts = new long[LAYOUT.buckets()];
    counts[LAYOUT.bucket(250_000)] = count;
    return new Buckets(LAYOUT, 1, counts);
  }

  private static Samples samples(double seconds, long reads) {
    return Samples.at(seconds)
        .reactor(1, (long) (seconds * 3e8), (long) (seconds * 7e8), 0)
        .controller("vm0", "disk0", Map.of("vm0#1/0", buckets(reads)), reads)
        .controller("idle", "disk1")
        .bdev("disk0", reads, reads / 2, 0, buckets(reads))
        .bdev("disk1", 0);
  }

  private static Rates rates() {
    return Rates.between(samples(60, 0).sample(), samples(61, 123_456).sample());
  }

  private static List<String> text(Rates rates) {
    return Report.text(rates, SortKey.IOPS.order(false)).toList();
  }

  @Test
  void everything_is_told_where_there_is_room() {
    assertThat(text(rates()))
        .containsExactly(
            "Vireo v1.2.3  pid 77  up 0:01:01",
            "controllers: 2  front-ends: 1  IOPS: 123456  bdevs: 2",
            "",
            "CPU   BUSY %  SLEEPS/s LAPS>100us/s LONGEST LAP us",
            "1       30.0         0            0            5.0",
            "",
            "CONTROLLER BDEV            FE      IOPS     MiB/s    AVG us    P99 us   DEPTH  IN FL"
                + "  FAIL/s STATE",
            "vm0        disk0            1    123456     723.4     251.9     253.9    31.1      0"
                + "       0 running",
            "idle       disk1            0         0       0.0         -         -     0.0      0"
                + "       0 idle",
            "",
            "BDEV     R IOPS    W IOPS   R MiB/s   W MiB/s  UNMAPS/s    AVG us    P99 us   DEPTH"
                + "   ERR/s",
            "disk0    123456     61728     482.3     241.1         0     251.9     253.9    46.6"
                + "       0",
            "disk1         0         0       0.0       0.0         0         -         -     0.0"
                + "       0");
  }

  @Test
  void what_several_controllers_have_together_is_marked() {
    Samples before = Samples.at(1).bdev("b", 0).controller("c", "b", 0).controller("d", "b", 0);
    Samples after = Samples.at(2).bdev("b", 256).controller("c", "b", 200).controller("d", "b", 56);
    assertThat(text(Rates.between(before.sample(), after.sample())))
        .anyMatch(line -> line.startsWith("c ") && line.contains(" 1.0*    100.0* "));
  }

  @Test
  void a_name_cannot_write_on_the_screen() {
    Rates rates = Rates.between(null, Samples.at(1).bdev("a\033[2Jb\n\u009bc", 1).sample());
    assertThat(text(rates)).anyMatch(line -> line.startsWith("a?[2Jb??c "));
  }

  @Test
  void a_long_name_does_not_push_the_figures_out_of_sight() {
    String longest = "n".repeat(64);
    Rates rates =
        Rates.between(null, Samples.at(1).bdev(longest, 1).bdev("x".repeat(65), 1).sample());
    assertThat(text(rates))
        .anyMatch(line -> line.startsWith(longest + " "))
        .anyMatch(line -> line.startsWith("x".repeat(63) + "+ "));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 40, 80, 100, 120, 200})
  void narrow_terminals_leave_out_columns_and_no_line_is_too_long(int width) {
    for (Section section : Report.sections(rates(), SortKey.NAME.order(false), width)) {
      assertThat(section.rows())
          .allMatch(row -> row.text().length() == section.head().text().length());
      assertThat(section.head().text().length()).isLessThanOrEqualTo(Math.max(width, 33));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "80, 'CONTROLLER  FE      IOPS     MiB/s    AVG us    P99 us   DEPTH STATE'",
    "60, 'CONTROLLER      IOPS     MiB/s    AVG us    P99 us   DEPTH'",
    "42, 'CONTROLLER      IOPS     MiB/s    AVG us'",
    "25, 'CONTROLLER      IOPS'",
  })
  void what_matters_most_stays(int width, String head) {
    List<Section> sections = Report.sections(rates(), SortKey.NAME.order(false), width);
    assertThat(sections.get(1).head().text().stripTrailing()).isEqualTo(head);
  }

  @Test
  void a_long_name_takes_what_is_left_and_is_cut_there() {
    String name = "n".repeat(300);
    Rates rates = Rates.between(null, Samples.at(1).bdev(name, 1).sample());
    String row = Report.sections(rates, SortKey.NAME.order(false), 100).get(2).rows().get(0).text();
    assertThat(row).hasSize(100).startsWith("n".repeat(12)).contains("n+ ");
    assertThat(text(rates)).anyMatch(line -> line.startsWith("n".repeat(63) + "+ "));
  }

  @Test
  void sorting_is_from_the_most_to_the_least_with_what_is_not_known_at_the_end() {
    Samples before = Samples.at(1).bdev("a", 0).bdev("b", 0).bdev("c", 0).bdev("d", 9);
    Samples after = Samples.at(2).bdev("a", 5).bdev("b", 7).bdev("c", 5).bdev("d", 1);
    Rates rates = Rates.between(before.sample(), after.sample());
    assertThat(names(rates, SortKey.IOPS, false)).containsExactly("b", "a", "c", "d");
    assertThat(names(rates, SortKey.IOPS, true)).containsExactly("a", "c", "b", "d");
    assertThat(names(rates, SortKey.NAME, false)).containsExactly("a", "b", "c", "d");
    assertThat(names(rates, SortKey.NAME, true)).containsExactly("d", "c", "b", "a");
  }

  private static List<String> names(Rates rates, SortKey sort, boolean reversed) {
    return Report.sections(rates, sort.order(reversed), 80).get(2).rows().stream()
        .map(row -> row.text().substring(0, 1))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.04, 0.0",
    "1, 1.0",
    "9.94, 9.9",
    "10, 10",
    "12345678.6, 12345679",
    "NaN, -"
  })
  void rates_below_ten_have_a_decimal(double rate, String text) {
    assertThat(Numbers.rate(rate)).isEqualTo(text);
  }

  @Test
  void days_are_told_when_there_are_any() {
    assertThat(Numbers.uptime(86_399 * Samples.SECOND)).isEqualTo("23:59:59");
    assertThat(Numbers.uptime(90_000 * Samples.SECOND)).isEqualTo("1 d 1:00:00");
  }
}

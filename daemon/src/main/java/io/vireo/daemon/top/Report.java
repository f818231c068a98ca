package io.vireo.daemon.top;

import io.vireo.daemon.rpc.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Rates as lines of text. */
final class Report {
  /** Wide enough for all columns. */
  static final int UNLIMITED = 1 << 16;

  private static final String UNKNOWN = "-";
  private static final String OF_THE_BDEV = "*";

  private static final Table<Rates.Reactor> REACTORS =
      new Table<Rates.Reactor>("CPU", reactor -> Integer.toString(reactor.cpu()))
          .number("BUSY %", 8, 0, reactor -> Numbers.percent(reactor.busy()))
          .number("SLEEPS/s", 9, 1, reactor -> Numbers.rate(reactor.sleeps()))
          .number("LAPS>100us/s", 12, 2, reactor -> Numbers.rate(reactor.longLaps()))
          .number("LONGEST LAP us", 14, 3, reactor -> Numbers.us((double) reactor.longestLapNs()));

  private static final Table<Rates.Controller> CONTROLLERS =
      new Table<Rates.Controller>("CONTROLLER", controller -> Numbers.name(controller.name()))
          .word("BDEV", 14, 6, Report::bdev)
          .number("FE", 3, 4, controller -> Integer.toString(controller.frontEnds()))
          .number("IOPS", 9, 0, controller -> Numbers.rate(controller.iops()))
          .number("MiB/s", 9, 1, Report::mib)
          .number("AVG us", 9, 1, Report::average)
          .number("P99 us", 9, 2, controller -> Numbers.us(controller.p99Ns()))
          .number("DEPTH", 7, 2, controller -> Numbers.depth(controller.depth()))
          .number("IN FL", 6, 5, controller -> Integer.toString(controller.inFlight()))
          .number("FAIL/s", 7, 5, controller -> Numbers.rate(controller.failures()))
          .word("STATE", 9, 3, controller -> state(controller.state()));

  private static final Table<Rates.Bdev> BDEVS =
      new Table<Rates.Bdev>("BDEV", bdev -> Numbers.name(bdev.name()))
          .number("R IOPS", 9, 0, bdev -> Numbers.rate(bdev.reads()))
          .number("W IOPS", 9, 0, bdev -> Numbers.rate(bdev.writes()))
          .number("R MiB/s", 9, 3, bdev -> Numbers.mib(bdev.bytesRead()))
          .number("W MiB/s", 9, 3, bdev -> Numbers.mib(bdev.bytesWritten()))
          .number("UNMAPS/s", 9, 5, bdev -> Numbers.rate(bdev.unmaps()))
          .number("AVG us", 9, 1, bdev -> Numbers.us(bdev.averageNs()))
          .number("P99 us", 9, 2, bdev -> Numbers.us(bdev.p99Ns()))
          .number("DEPTH", 7, 2, bdev -> Numbers.depth(bdev.depth()))
          .number("ERR/s", 7, 4, bdev -> Numbers.rate(bdev.errors()));

  private Report() {}

  /** Whose target it is: one line. */
  static String target(Rates rates) {
    return "%s  pid %d  up %s"
        .formatted(Numbers.name(rates.version()), rates.pid(), Numbers.uptime(rates.uptimeNs()));
  }

  /** What there is, and all its requests: one line. */
  static String totals(Rates rates) {
    int frontEnds = rates.controllers().stream().mapToInt(Rates.Controller::frontEnds).sum();
    double iops =
        rates.controllers().stream()
            .mapToDouble(Rates.Controller::iops)
            .filter(Double::isFinite)
            .sum();
    return "controllers: %d  front-ends: %d  IOPS: %s  bdevs: %d"
        .formatted(rates.controllers().size(), frontEnds, Numbers.rate(iops), rates.bdevs().size());
  }

  /** The tables. */
  static List<Section> sections(Rates rates, Comparator<Row> order, int width) {
    List<Section> sections = new ArrayList<>();
    sections.add(REACTORS.section(rates.reactors(), width, reactor -> Line.Style.PLAIN));
    sections.add(
        CONTROLLERS.section(
            rates.controllers().stream().sorted(order).toList(), width, Report::style));
    sections.add(
        BDEVS.section(
            rates.bdevs().stream().sorted(order).toList(),
            width,
            bdev -> bdev.errors() > 0 ? Line.Style.ALERT : busyOrIdle(bdev)));
    return sections;
  }

  /** All of it for who reads no terminal. */
  static Stream<String> text(Rates rates, Comparator<Row> order) {
    Stream<Line> tables =
        sections(rates, order, UNLIMITED).stream()
            .flatMap(
                section ->
                    Stream.concat(Stream.of(Line.EMPTY, section.head()), section.rows().stream()));
    return Stream.concat(
        Stream.of(target(rates), totals(rates)), tables.map(line -> line.text().stripTrailing()));
  }

  private static Line.Style style(Rates.Controller controller) {
    return switch (controller.state()) {
      case BROKEN, NO_BDEV -> Line.Style.ALERT;
      case RUNNING, CONNECTED, IDLE ->
          controller.failures() > 0 ? Line.Style.ALERT : busyOrIdle(controller);
    };
  }

  private static Line.Style busyOrIdle(Row row) {
    return row.iops() > 0 ? Line.Style.PLAIN : Line.Style.IDLE;
  }

  private static String bdev(Rates.Controller controller) {
    return controller.bdev() == null ? UNKNOWN : Numbers.name(controller.bdev());
  }

  private static String mib(Rates.Controller controller) {
    return marked(controller.shared(), Numbers.mib(controller.bytesPerSecond()));
  }

  private static String average(Rates.Controller controller) {
    return marked(
        controller.shared() && controller.estimated(), Numbers.us(controller.averageNs()));
  }

  private static String marked(boolean ofTheBdev, String number) {
    return ofTheBdev && !number.equals(UNKNOWN) ? number + OF_THE_BDEV : number;
  }

  private static String state(Rates.State state) {
    return Words.of(state).replace('_', ' ');
  }
}

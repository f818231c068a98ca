package io.vireo.daemon.top;

import io.vireo.daemon.rpc.Words;
import io.vireo.linux.Terminal;
import java.util.ArrayList;
import java.util.List;

/** What of the report is on the screen, as keys change it. One thread. */
final class View {
  /** What + and - go to. */
  private static final double[] INTERVALS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60};

  private static final int TITLE_LINES = 2;
  private static final int FEWEST_LINES_WITH_KEYS = 6;
  private static final Line KEYS =
      new Line(
          "sort: i m l 9 d n  r reverse  t p99  p pause  + - interval  h help  q quit",
          Line.Style.KEYS);

  private static final List<String> HELP =
      List.of(
          "i m l 9 d n  sort by IOPS, MiB/s, average latency, 99th percentile, depth, name",
          "r            reverse the order",
          "t            histograms on or off, for the column P99 us; what was enabled here",
          "             is disabled at the end",
          "p            pause, or go on",
          "+ -          a longer, or shorter, interval",
          "up down PgUp PgDn Home End  scroll",
          "Ctrl-Z       back to the shell; fg comes here again",
          "q            quit",
          "",
          "FE           front-ends that are connected",
          "AVG us       average latency; of a controller by its queues' histograms, its",
          "             bdev's where it has none",
          "DEPTH        requests in flight on average: IOPS times latency",
          "IN FL        requests in flight at the moment of the sample",
          "*            of the whole bdev, which other controllers have, too",
          "-            not known",
          "",
          "h            back to the table");

  private SortKey sort;
  private boolean reversed;
  private boolean paused;
  private boolean help;
  private boolean histograms;
  private double interval; // in seconds
  private int scroll; // lines above the window
  private int window; // lines for the tables

  View(SortKey sort, double intervalSeconds, boolean histograms) {
    this.sort = sort;
    this.interval = intervalSeconds;
    this.histograms = histograms;
  }

  /** Does what a key says; keys that say nothing do nothing. */
  void key(Key key) {
    switch (key.name()) {
      case UP -> scroll--;
      case DOWN -> scroll++;
      case PAGE_UP -> scroll -= Math.max(1, window - 1);
      case PAGE_DOWN -> scroll += Math.max(1, window - 1);
      case HOME -> scroll = 0;
      case END -> scroll = Integer.MAX_VALUE / 2;
      case CHARACTER -> character(key.character());
      case STOP, REDRAW -> {
        // Nothing changes.
      }
    }
  }

  private void character(char c) {
    switch (c) {
      case 'h', '?' -> help = !help;
      case 'r' -> reversed = !reversed;
      case 'p', ' ' -> paused = !paused;
      case 't' -> histograms = !histograms;
      case '+', '=' -> interval = longer();
      case '-' -> interval = shorter();
      default -> SortKey.ofKey(c).ifPresent(this::sortBy);
    }
  }

  private void sortBy(SortKey key) {
    sort = key;
    scroll = 0;
  }

  private double longer() {
    for (double next : INTERVALS) {
      if (next > interval) {
        return next;
      }
    }
    return interval;
  }

  private double shorter() {
    double next = interval;
    for (double candidate : INTERVALS) {
      if (candidate < interval) {
        next = candidate;
      }
    }
    return next;
  }

  boolean paused() {
    return paused;
  }

  boolean histograms() {
    return histograms;
  }

  double intervalSeconds() {
    return interval;
  }

  /**
   * What is on a screen: not more lines than it has, and none longer than it is wide.
   *
   * @param trouble why there are no newer rates; null while there are
   */
  List<Line> lines(Rates rates, String trouble, Terminal.Size size) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(title(rates), Line.Style.TITLE));
    lines.add(
        trouble == null
            ? Line.plain(Report.totals(rates))
            : new Line(Numbers.name(trouble), Line.Style.ALERT));
    boolean keys = size.rows() >= FEWEST_LINES_WITH_KEYS;
    window = Math.max(0, size.rows() - TITLE_LINES - (keys ? 1 : 0));
    lines.addAll(help ? HELP.stream().map(Line::plain).limit(window).toList() : body(rates, size));
    while (lines.size() < TITLE_LINES + window) {
      lines.add(Line.EMPTY);
    }
    if (keys) {
      lines.add(KEYS);
    }
    return lines.stream().limit(size.rows()).map(line -> line.cut(size.columns())).toList();
  }

  private String title(Rates rates) {
    return Report.target(rates)
        + "  every "
        + Numbers.seconds(interval)
        + "  by "
        + Words.of(sort)
        + (reversed ? " reversed" : "")
        + (paused ? "  PAUSED" : "");
  }

  private List<Line> body(Rates rates, Terminal.Size size) {
    List<Line> all = new ArrayList<>();
    List<Line> heads = new ArrayList<>(); // of each line
    for (Section section : Report.sections(rates, sort.order(reversed), size.columns())) {
      if (!all.isEmpty()) {
        all.add(Line.EMPTY);
        heads.add(Line.EMPTY);
      }
      all.add(section.head());
      all.addAll(section.rows());
      section.rows().forEach(row -> heads.add(section.head()));
      heads.add(section.head());
    }
    scroll = Math.clamp(scroll, 0, Math.max(0, all.size() - window));
    List<Line> shown = new ArrayList<>(all.subList(scroll, Math.min(all.size(), scroll + window)));
    if (!shown.isEmpty()) {
      shown.set(0, heads.get(scroll)); // whatever is scrolled away, what the columns are is not
    }
    return shown;
  }
}

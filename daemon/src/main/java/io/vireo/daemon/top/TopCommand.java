package io.vireo.daemon.top;

import io.vireo.daemon.nvme.StopAtExit;
import io.vireo.daemon.perf.Seconds;
import io.vireo.daemon.rpc.RpcSocketOption;
import io.vireo.linux.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code vireo top}: what a running target does, as a table that is renewed. */
@Command(
    name = "top",
    header = "Shows what a running target does: a live table in a terminal.",
    description = {
      "",
      "Reactors: how busy. Controllers and bdevs: IOPS, MiB/s, latency, queue depth, errors. In a"
          + " terminal h tells the keys; elsewhere, and with -n or --once, tables are printed.",
      "",
      "A controller's requests are counted by its own queues, its bytes by its bdev, and marked *"
          + " where other controllers share that. Latencies are the target's, from the head in the"
          + " ring to the answer; those answered at once count only in histograms. The 99th"
          + " percentile, too, needs histograms: those that somebody has enabled are used, and"
          + " --histograms enables the others while this runs.",
      "",
      "Without a terminal the exit status is 1 when the target goes away."
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo top",
      "  vireo top --once --interval 10 --histograms",
      "  vireo top -n 60 --sort p99 > minute"
    })
public final class TopCommand implements Callable<Integer> {
  private static final double MIN_INTERVAL_SECONDS = 0.1;
  private static final int STDIN = 0;
  private static final int STDOUT = 1;

  @Spec private CommandSpec spec;

  @Mixin private RpcSocketOption target;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "1",
      converter = Seconds.Converter.class,
      description = "the time between two samples (default: ${DEFAULT-VALUE})")
  private Seconds interval;

  @Option(
      names = "--sort",
      paramLabel = "KEY",
      defaultValue = "iops",
      converter = SortConverter.class,
      description =
          "what controllers and bdevs are sorted by: iops, mibs, latency, p99, depth, name"
              + " (default: ${DEFAULT-VALUE})")
  private SortKey sort;

  @Option(
      names = "--histograms",
      description =
          "enables the histograms that are missing, and disables them at the end; they cost the"
              + " target some nanoseconds a request")
  private boolean wantsHistograms;

  @ArgGroup private Count count;

  static final class Count {
    @Option(
        names = "-n",
        paramLabel = "N",
        description = "prints N tables, one each interval, and ends")
    private int tables;

    @Option(names = "--once", description = "prints one table: as -n 1")
    private boolean once;

    int tables() {
      if (!once && tables < 1) {
        throw new IllegalArgumentException("-n %d is not at least 1".formatted(tables));
      }
      return once ? 1 : tables;
    }
  }

  static final class SortConverter implements ITypeConverter<SortKey> {
    @Override
    public SortKey convert(String word) {
      return SortKey.ofWord(word)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is none of %s".formatted(word, SortKey.words())));
    }
  }

  private final Histograms histograms = new Histograms();
  private boolean restored; // guarded by this

  @Override
  public Integer call() throws IOException, InterruptedException {
    long intervalNs = interval.ns("--interval", MIN_INTERVAL_SECONDS);
    int tables = count == null ? 1 : count.tables();
    Terminal terminal = new Terminal(STDIN, STDOUT);
    boolean live = count == null && Screen.canBeOn(terminal, System.getenv());
    histograms.wanted(wantsHistograms);
    if (live) {
      show(new Screen(terminal, System.getenv()));
    } else {
      print(tables, intervalNs);
    }
    return 0;
  }

  private void show(Screen screen) throws IOException, InterruptedException {
    Sampler sampler = new Sampler(target.path(), histograms);
    Feed feed = new Feed(sampler, sampler.sample(), interval.value());
    View view = new View(sort, interval.value(), wantsHistograms);
    try (StopAtExit _ = new StopAtExit(() -> end(screen, feed))) {
      try {
        feed.start();
        new Live(screen, feed, view, histograms).run();
      } finally {
        end(screen, feed);
      }
    }
  }

  /** The terminal first: the target may not answer. */
  private void end(Screen screen, Feed feed) {
    screen.close();
    feed.end();
    restore();
  }

  private void print(int tables, long intervalNs) throws IOException, InterruptedException {
    try (StopAtExit _ = new StopAtExit(this::restore);
        Sampler sampler = new Sampler(target.path(), histograms)) {
      try {
        print(sampler, tables, intervalNs);
      } finally {
        restore();
      }
    }
  }

  private void print(Sampler sampler, int tables, long intervalNs)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Sample before = sampler.sample();
    for (int i = 0; i < tables; i++) {
      TimeUnit.NANOSECONDS.sleep(intervalNs);
      Sample after = sampler.sample();
      if (i > 0) {
        out.println();
      }
      Report.text(Rates.between(before, after), sort.order(false)).forEach(out::println);
      out.flush();
      before = after;
    }
  }

  /** What was enabled here must not stay; when that cannot be done, it is said, once. */
  private synchronized void restore() {
    if (restored) {
      return;
    }
    restored = true;
    try {
      histograms.close(target.path());
    } catch (IOException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("vireo top: histograms may still be enabled: " + e.getMessage());
      err.flush();
    }
  }
}

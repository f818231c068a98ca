package io.vireo.daemon.perf;

import io.vireo.vhost.message.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vireo perf}: puts load on a disk and tells how it does. */
@Command(
    name = "perf",
    header = "Puts load on a vhost-user disk and tells how it does.",
    description = {
      "",
      "One thread, pinned to a CPU of its own, polls the disk's rings as a guest's driver would."
          + " The disk may be any back-end's. What is on the disk is overwritten by all"
          + " workloads but read, randread and flush. Besides those that are listed at -w there are"
          + " verify (writes, reads back, compares every byte), flush and unmap."
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo perf --socket /run/vireo/vm0 -q 32 -w randread -t 10",
      "  vireo perf --socket A --against B -q 1,32 -w randread,randwrite -t 0.5",
      "                                                  A/B/A/B, and the ratios",
      "  vireo perf --probe                              the distance of the CPUs"
    },
    customSynopsis = "vireo perf (--socket PATH | --ceiling | --probe | --gap) [OPTION]...")
public final class PerfCommand implements Callable<Integer> {
  private static final long MAX_THINK_MICROS = TimeUnit.MINUTES.toMicros(1);

  private static final int WARM_UPS = 10;

  /** The shortest time that is measured. */
  private static final double MIN_SECONDS = 0.001;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  static final class Subject {
    @Option(names = "--socket", paramLabel = "PATH", description = "the disk's vhost-user socket")
    private Path socket;

    @Option(
        names = "--ceiling",
        description = "a device in this process that answers without a look: the generator's limit")
    private boolean ceiling;

    @Option(
        names = "--probe",
        description = "no load: prints the round trip between the two CPUs, in nanoseconds")
    private boolean probe;

    @Option(
        names = "--gap",
        description =
            "no load: spins for -t seconds and prints the longest time for which the thread did not"
                + " run, which no polling target can better")
    private boolean gap;
  }

  @Mixin private LoadOptions loads;
  @Mixin private RingOptions rings;
  @Mixin private RunOptions run;
  @Mixin private TimeOptions times;

  @Option(
      names = "--warm-on",
      paramLabel = "PATH",
      description =
          "another disk's socket that gets the load before that, so that the very first request of"
              + " the disk at --socket is counted")
  private Path warmOn;

  @Option(
      names = "--think",
      paramLabel = "MICROSECONDS",
      defaultValue = "0",
      description = "the pause of each request's slot before the next one (default: none)")
  private long thinkMicros;

  @Mixin private CpuOptions cpus;

  @ArgGroup(exclusive = false, heading = "%nTwo disks:%n")
  private ComparisonOptions comparison;

  @ArgGroup(exclusive = false, heading = "%nOne disk beside others:%n")
  private CompanyOptions company;

  @Override
  public Integer call() throws Exception {
    Plan plan = plan();
    CpuOptions.Pair pair =
        cpus.choose(subject.probe || subject.ceiling || comparison != null || company != null);
    try (Output output = run.open()) {
      return Pinned.run(pair.here(), () -> run(plan, pair.there(), output));
    }
  }

  private Plan plan() {
    ns();
    times.check();
    if (warmOn != null && (subject.socket == null || comparison != null)) {
      throw new IllegalArgumentException("--warm-on is for one disk at --socket");
    }
    if (thinkMicros < 0 || thinkMicros > MAX_THINK_MICROS) {
      throw new IllegalArgumentException(
          "a pause of %d us is not 0 to %d".formatted(thinkMicros, MAX_THINK_MICROS));
    }
    List<PerfOptions> cells = loads.cells(rings.queues());
    if (comparison != null && company != null) {
      throw new IllegalArgumentException("--against and --beside are two questions");
    } else if (comparison != null) {
      comparison.check(subject.socket);
    } else if (company != null) {
      company.check(subject.socket, cells);
    } else {
      LoadOptions.single(cells);
    }
    return new Plan(cells);
  }

  /** The loading thread. */
  private int run(Plan plan, int there, Output output) throws IOException {
    if (subject.probe) {
      probe(there, output);
    } else if (subject.gap) {
      GapProbe probe = GapProbe.spin(ns());
      output.result(probe.json(), out -> out.println(probe.line()));
    } else if (company != null) {
      keepCompany(plan.cells().getFirst(), there, output);
    } else if (comparison != null) {
      compare(plan, there, output);
    } else {
      measure(plan, there, output);
    }
    return 0;
  }

  private long ns() {
    return run.ns(MIN_SECONDS);
  }

  private void probe(int there, Output output) throws IOException {
    double ns = CoreProbe.roundTripNs(there);
    output.result(Map.of("round_trip_ns", ns), out -> out.printf(Locale.ROOT, "%.0f%n", ns));
  }

  private void keepCompany(PerfOptions options, int there, Output output) throws IOException {
    try {
      CompanyReport report =
          new Company(subject.socket, options, company.neighbours(), thinkMicros * 1000, there)
              .run(
                  company.rounds(),
                  times.warmupNs(),
                  ns(),
                  round -> CompanyReport.printRound(run.err(), round));
      output.result(report.json(), report::print);
    } catch (IllegalStateException | ProtocolException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void measure(Plan plan, int there, Output output) throws IOException {
    PerfOptions cell = plan.cells().getFirst();
    long uncountedNs = times.warmupNs();
    if (warmOn != null) {
      warmUp(plan, there);
      uncountedNs = 0;
    }
    try (Load load = load(subject.socket, plan, there)) {
      Sample sample;
      try (Ticker ticker = new Ticker(output.progress(), cell, times.intervalNs())) {
        load.onProgress(ticker::progress);
        sample = load.measure(cell, uncountedNs, ns());
        load.onProgress((total, nowNs) -> {});
      }
      load.settle();
      output.result(SampleReport.json(sample), out -> SampleReport.print(out, load.name(), sample));
    } catch (IllegalStateException | ProtocolException e) {
      throw new IOException(subject.socket + ": " + e.getMessage(), e);
    }
  }

  private void warmUp(Plan plan, int there) throws IOException {
    try (Load load = load(warmOn, plan, there)) {
      for (int i = 0; i < WARM_UPS; i++) { // its beginning and its end are warm, too
        load.measure(plan.cells().getFirst(), 0, Math.max(1, times.warmupNs() / WARM_UPS));
      }
    } catch (IllegalStateException | ProtocolException e) {
      throw new IOException(warmOn + ": " + e.getMessage(), e);
    }
  }

  private void compare(Plan plan, int there, Output output) throws IOException {
    try (Load a = load(subject.socket, plan, there);
        Load b = load(comparison.against(), plan, there)) {
      ComparisonReport report =
          new ComparisonReport(
              new Comparison(
                      a,
                      b,
                      comparison.references(),
                      () -> CoreProbe.roundTripNs(there),
                      times.warmupNs(),
                      ns())
                  .run(
                      plan,
                      comparison.pairs(),
                      comparison.maxPairs(),
                      round -> ComparisonReport.printRound(run.err(), round)));
      output.result(report.json(a.name(), b.name()), out -> report.print(out, a.name(), b.name()));
    } catch (IllegalStateException | ProtocolException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private Load load(Path socket, Plan plan, int there) throws IOException {
    Load load = Load.on(socket == null ? new Ceiling(there) : SocketDisk.connect(socket), plan);
    load.think(thinkMicros * 1000);
    return load;
  }
}

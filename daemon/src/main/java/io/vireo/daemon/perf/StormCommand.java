package io.vireo.daemon.perf;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code vireo storm}: control work over and over, while others look at what it does to I/O. */
@Command(
    name = "storm",
    header = "Lets guests, or calls, come and go over and over, and tells how long that takes.",
    description = {
      "",
      "What it does to the guests that stay, vireo perf tells when it runs beside, and the method"
          + " framework_get_reactors by the longest lap of each reactor."
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo storm --socket /run/vireo/vm1 --gib 152 --regions 500 -t 10",
      "  vireo storm --rpc /var/tmp/vireo.sock -t 10"
    },
    customSynopsis = "vireo storm (--socket PATH | --rpc SOCKET) [OPTION]...")
public final class StormCommand implements Callable<Integer> {
  private static final long GIB = 1L << 30;
  private static final int MAX_GIB = 64 << 10;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  static final class Subject {
    @Option(
        names = "--socket",
        paramLabel = "PATH",
        description =
            "a disk's vhost-user socket: guests, at least one, connect, share memory, start rings, change the"
                + " memory and leave")
    private Path socket;

    @Option(
        names = "--rpc",
        paramLabel = "SOCKET",
        description = "a target's RPC socket: disks are made, looked at and deleted")
    private Path rpc;
  }

  @Option(
      names = "--gib",
      paramLabel = "GIB",
      defaultValue = "152",
      description = "a guest's memory, of which hardly a page exists (default: ${DEFAULT-VALUE})")
  private long gib;

  @Option(
      names = "--regions",
      paramLabel = "N",
      defaultValue = "8",
      description = "in how many regions it is shared (default: ${DEFAULT-VALUE})")
  private int regions;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "1",
      converter = Seconds.Converter.class,
      description =
          "how long that is done before it is counted, so that the times are the target's and not"
              + " of what is cold here (default: ${DEFAULT-VALUE})")
  private Seconds warmup;

  @Mixin private RingOptions rings;
  @Mixin private RunOptions run;

  @Override
  public Integer call() throws IOException {
    long ns = run.ns(0);
    long warmupNs = warmup.ns("--warmup", 0);
    try (Storm storm = storm();
        Output output = run.open()) {
      Rage rage = Rage.of(storm, warmupNs, ns);
      output.result(json(storm, rage), out -> print(out, storm, rage));
      return 0;
    }
  }

  private Storm storm() throws IOException {
    if (subject.rpc != null) {
      refuseOptionsOfGuests();
      return new RpcStorm(subject.rpc);
    }
    if (gib < 1 || gib > MAX_GIB) {
      throw new IllegalArgumentException("%d GiB are not 1 to %d".formatted(gib, MAX_GIB));
    }
    if (rings.queues() < 0) {
      throw new IllegalArgumentException("%d queues are less than none".formatted(rings.queues()));
    }
    return new ConnectStorm(subject.socket, gib * GIB, regions, rings.queues());
  }

  private void refuseOptionsOfGuests() {
    ParseResult given = spec.commandLine().getParseResult();
    List<String> refused =
        Stream.of("--gib", "--regions", "-n").filter(given::hasMatchedOption).toList();
    if (!refused.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: only for guests at --socket, --rpc has none".formatted(String.join(", ", refused)));
    }
  }

  private static Map<String, Object> json(Storm storm, Rage rage) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("times", rage.times());
    result.put("seconds", rage.seconds());
    storm.parts().forEach((part, ns) -> result.put(part + "_us", SampleReport.json(ns)));
    return result;
  }

  private static void print(PrintWriter out, Storm storm, Rage rage) {
    out.printf(Locale.ROOT, "%d times in %.1f s%n", rage.times(), rage.seconds());
    SampleReport.printHead(out, "%-28s %12s".formatted("part", "count"));
    for (Map.Entry<String, Histogram> part : storm.parts().entrySet()) {
      out.printf("%-28s %12d", part.getKey(), part.getValue().getTotalCount());
      SampleReport.printLatencies(out, part.getValue());
    }
    SampleReport.printFoot(out);
  }
}

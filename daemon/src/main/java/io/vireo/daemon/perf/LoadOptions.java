package io.vireo.daemon.perf;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What load is put on a disk or a drive. */
final class LoadOptions {
  /** One at the end parts nothing: what is before it then is no item. */
  private static final String COMMA = ",(?!$)";

  @Option(
      names = {"-w", "--workload"},
      paramLabel = "NAME",
      defaultValue = "randread",
      split = COMMA,
      splitSynopsisLabel = ",",
      converter = Workload.Converter.class,
      description = "read, write, randread, randwrite, rw or randrw (default: ${DEFAULT-VALUE})")
  private List<Workload> workloads;

  @Option(
      names = {"-M", "--read-percent"},
      paramLabel = "PERCENT",
      description = "how many of 100 requests of rw and randrw read (default: 50)")
  private Integer readPercent;

  @Option(
      names = {"-q", "--depth"},
      paramLabel = "DEPTH",
      defaultValue = "32",
      split = COMMA,
      splitSynopsisLabel = ",",
      description = "requests of each queue that are in flight (default: ${DEFAULT-VALUE})")
  private List<Integer> depths;

  @Option(
      names = {"-o", "--bytes"},
      paramLabel = "BYTES",
      defaultValue = "4096",
      description = "the size of a request (default: ${DEFAULT-VALUE})")
  private int bytes;

  /**
   * Each workload at each depth.
   *
   * @throws IllegalArgumentException with a sentence when a load cannot be
   */
  List<PerfOptions> cells(int queues) {
    depths.forEach(PerfOptions::requireLoad);
    List<PerfOptions> cells = new ArrayList<>();
    for (Workload workload : workloads) {
      if (readPercent != null && !workload.mixed()) {
        throw new IllegalArgumentException("-M is for rw and randrw");
      }
      int percent = readPercent == null ? workload.readPercent : readPercent;
      for (int depth : depths) {
        cells.add(new PerfOptions(workload, percent, bytes, depth, queues));
      }
    }
    return cells;
  }

  /** Refuses more than one load where there is nothing to compare. */
  static PerfOptions single(List<PerfOptions> cells) {
    if (cells.size() > 1) {
      throw new IllegalArgumentException(
          "several workloads or depths are for vireo perf --against");
    }
    return cells.getFirst();
  }
}

package io.vireo.daemon.perf;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code vireo perf --beside} takes. */
final class CompanyOptions {
  private static final int ROUNDS = 5;

  @Option(
      names = "--beside",
      required = true,
      paramLabel = "SOCKET[:DEPTH[:QUEUES]]",
      converter = Neighbour.Converter.class,
      description =
          "a disk that is loaded meanwhile, by the same thread, or with depth 0 only connected; may"
              + " be repeated. The measured disk is sampled alone and beside these in turn.")
  private List<Neighbour> neighbours;

  @Option(names = "--rounds", paramLabel = "N", description = "how often that is done (default: 5)")
  private int rounds = ROUNDS;

  List<Neighbour> neighbours() {
    return neighbours;
  }

  int rounds() {
    return rounds;
  }

  /** Looks at what the options' types do not tell. */
  void check(Path measured, List<PerfOptions> loads) {
    if (rounds < 1) {
      throw new IllegalArgumentException("%d rounds tell nothing".formatted(rounds));
    }
    if (measured == null || loads.size() > 1) {
      throw new IllegalArgumentException("--beside is for one load on the disk at --socket");
    }
    for (Neighbour neighbour : neighbours) {
      neighbour.check();
      neighbour.options(loads.getFirst());
    }
  }
}

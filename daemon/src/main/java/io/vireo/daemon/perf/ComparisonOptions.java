package io.vireo.daemon.perf;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What {@code vireo perf --against} takes. */
final class ComparisonOptions {
  private static final int PAIRS = 20;
  private static final int PAIRS_FOR_A_NEAR_ONE = 3;

  @Option(
      names = "--against",
      required = true,
      paramLabel = "PATH",
      description =
          "another disk's socket, whose back-end polls on the same CPU: both are sampled in turn"
              + " for -t seconds, with the distance of the CPUs before and after, and compared."
              + " -w and -q may be lists: each workload is put on at each depth."
              + " Back-ends must let the CPU go when they have nothing to do.")
  private Path against;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "near pairs of each load that are waited for (default: 20)")
  private int pairs = PAIRS;

  @Option(
      names = "--max-pairs",
      paramLabel = "N",
      description =
          "pairs that are taken at most while some are far (default: 3 times --pairs); when the"
              + " first --pairs are all far, no more are taken")
  private Integer maxPairs;

  @Option(
      names = "--reference",
      paramLabel = "NAME=COMMAND",
      description =
          "a program that is run after each pair and prints how many requests it made in a second,"
              + " another column of the table. WORKLOAD, DEPTH, BYTES, WARMUP_MILLIS and MILLIS"
              + " tell it what to do. May be given several times.")
  private Map<String, String> references = new LinkedHashMap<>();

  Path against() {
    return against;
  }

  int pairs() {
    return pairs;
  }

  int maxPairs() {
    return maxPairs == null
        ? (int) Math.min((long) PAIRS_FOR_A_NEAR_ONE * pairs, Statistics.MOST_FOR_INTERVAL)
        : maxPairs;
  }

  List<Reference> references() {
    return references.entrySet().stream()
        .map(entry -> new Reference(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Looks at what the options' types do not tell. */
  void check(Path compared) {
    if (compared == null) {
      throw new IllegalArgumentException("--against compares with the disk at --socket");
    }
    if (pairs < 1) {
      throw new IllegalArgumentException("%d pairs tell nothing".formatted(pairs));
    }
    if (maxPairs() > Statistics.MOST_FOR_INTERVAL) {
      throw new IllegalArgumentException(
          "%d pairs are more than %d".formatted(maxPairs(), Statistics.MOST_FOR_INTERVAL));
    }
    if (maxPairs() < pairs) {
      throw new IllegalArgumentException(
          "at most %d pairs cannot hold %d near ones".formatted(maxPairs(), pairs));
    }
  }
}

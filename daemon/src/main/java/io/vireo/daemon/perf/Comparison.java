package io.vireo.daemon.perf;

import io.vireo.daemon.perf.Pair.Probed;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Two disks sampled in turn, A/B/A/B, with the distance of the CPUs before and after each sample,
 * and the same with every cell of a plan: a round takes one pair of each, so that what changes
 * about the machine changes for all cells alike.
 *
 * <p>A pair is near when both its samples were taken between near cores. Between near and far the
 * rate of one and the same program changes by a factor of three.
 */
final class Comparison {
  /** The round trip between the two CPUs, ns. */
  interface Distance {
    double roundTripNs() throws IOException;
  }

  private final Side a;
  private final Side b;
  private final List<Reference> references;
  private final Distance distance;
  private final long uncountedNs;
  private final long countedNs;
  private double lastNs;

  /**
   * @param references what is measured after each pair
   * @param distance of the CPUs, on the second of which both targets poll; it must be idle when
   *     nothing is in flight
   * @param uncountedNs of each sample, for both to warm up
   */
  Comparison(
      Side a,
      Side b,
      List<Reference> references,
      Distance distance,
      long uncountedNs,
      long countedNs) {
    this.a = a;
    this.b = b;
    this.references = List.copyOf(references);
    this.distance = distance;
    this.uncountedNs = uncountedNs;
    this.countedNs = countedNs;
  }

  /**
   * Takes pairs of each cell until {@code nearPairs} of them are near, or there are {@code
   * maxPairs}, or {@code nearPairs} that are all far. The calling thread is pinned.
   *
   * @param listener told after each round the cells that were in it
   */
  List<CellPairs> run(Plan plan, int nearPairs, int maxPairs, Consumer<List<CellPairs>> listener)
      throws IOException {
    for (PerfOptions cell : plan.cells()) { // first all that runs is compiled
      a.measure(cell, uncountedNs, 1);
      b.measure(cell, uncountedNs, 1);
    }
    List<CellPairs> cells = plan.cells().stream().map(CellPairs::new).toList();
    List<CellPairs> round = cells;
    lastNs = distance.roundTripNs();
    while (!round.isEmpty()) {
      for (CellPairs pairs : round) {
        pairs.add(pair(pairs.cell()));
      }
      listener.accept(round);
      round = cells.stream().filter(pairs -> !pairs.complete(nearPairs, maxPairs)).toList();
    }
    return cells;
  }

  private Pair pair(PerfOptions cell) throws IOException {
    Probed first = sample(a, cell);
    Probed second = sample(b, cell);
    if (references.isEmpty()) {
      return new Pair(first, second, Map.of());
    }
    Map<String, Double> iops = new LinkedHashMap<>();
    for (Reference reference : references) {
      iops.put(reference.name(), reference.iops(cell, uncountedNs, countedNs));
    }
    lastNs = distance.roundTripNs(); // some time has passed
    return new Pair(first, second, iops);
  }

  private Probed sample(Side side, PerfOptions cell) throws IOException {
    double beforeNs = lastNs;
    Sample sample = side.measure(cell, uncountedNs, countedNs);
    lastNs = distance.roundTripNs();
    return new Probed(beforeNs, sample, lastNs);
  }
}

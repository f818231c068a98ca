package io.vireo.daemon.perf;

import java.util.ArrayList;
import java.util.List;

/** A cell of a comparison and the pairs that were taken of it. One thread at a time. */
final class CellPairs {
  private final PerfOptions cell;
  private final List<Pair> pairs = new ArrayList<>();

  CellPairs(PerfOptions cell) {
    this.cell = cell;
  }

  void add(Pair pair) {
    pairs.add(pair);
  }

  PerfOptions cell() {
    return cell;
  }

  List<Pair> all() {
    return pairs;
  }

  List<Pair> near() {
    return pairs.stream().filter(Pair::near).toList();
  }

  /**
   * Whether there are enough near pairs, or so many in all that no more are taken, or as many as
   * near ones are wanted and not one of them is near: these cores will hardly come nearer.
   */
  boolean complete(int nearPairs, int maxPairs) {
    int near = near().size();
    return near >= nearPairs || pairs.size() >= (near == 0 ? nearPairs : maxPairs);
  }
}

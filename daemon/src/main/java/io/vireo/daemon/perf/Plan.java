package io.vireo.daemon.perf;

import java.util.HashSet;
import java.util.List;

/**
 * The loads that are put on a disk over one connection, one after the other: the cells of a table.
 * They differ in workload and depth only.
 */
record Plan(List<PerfOptions> cells) {
  Plan {
    cells = List.copyOf(cells);
    for (PerfOptions cell : cells) {
      if (cell.workload() == Workload.VERIFY && cells.size() > 1) {
        throw new IllegalArgumentException("verify knows what it wrote, not what others did");
      }
    }
    HashSet<PerfOptions> seen = new HashSet<>();
    for (PerfOptions cell : cells) {
      if (!seen.add(cell)) {
        throw new IllegalArgumentException(cell.label() + " is asked for twice");
      }
    }
  }

  int maxDepth() {
    return cells.stream().mapToInt(PerfOptions::depth).max().orElseThrow();
  }

  int bytes() {
    return cells.getFirst().bytes();
  }

  int queues() {
    return cells.getFirst().queues();
  }
}

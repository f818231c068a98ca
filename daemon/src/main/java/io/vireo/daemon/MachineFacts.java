package io.vireo.daemon;

import io.vireo.daemon.pci.Vfio;
import io.vireo.linux.CpuFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** What an operator wants to know of a machine when a target starts there, if there is anything. */
final class MachineFacts {
  private final Path root;

  /**
   * @param root of the machine's files: {@code /}
   */
  MachineFacts(Path root) {
    this.root = root;
  }

  /** The NUMA nodes of CPUs, on a machine with several: {@code " of NUMA node 0"}. */
  String nodes(BitSet cpus) {
    CpuFacts facts = new CpuFacts(root);
    if (facts.nodes() < 2) {
      return "";
    }
    List<String> nodes =
        cpus.stream()
            .flatMap(cpu -> facts.node(cpu).stream())
            .distinct()
            .sorted()
            .mapToObj(Integer::toString)
            .toList();
    String plural = nodes.size() > 1 ? "s " : " ";
    return nodes.isEmpty() ? "" : " of NUMA node" + plural + String.join(", ", nodes);
  }

  /** What NVMe drives would find here, where they can be driven at all. */
  String drives() {
    try {
      String facts = Vfio.facts(root);
      return facts.isEmpty() ? "" : ", " + facts;
    } catch (IOException e) {
      return ""; // the line is about the target: vireo pci status tells what is wrong
    }
  }
}

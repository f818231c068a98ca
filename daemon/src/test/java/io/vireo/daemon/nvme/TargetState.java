package io.vireo.daemon.nvme;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a refusal must leave as it is.
 *
 * @param controllers of the target
 * @param bdevs of the target
 * @param drivers which driver has which function
 * @param memory lines of /proc/meminfo about huge pages
 * @param files what the target's process has open, but for the jars that classes come from
 */
record TargetState(
    JsonNode controllers,
    JsonNode bdevs,
    Map<PciAddress, Optional<String>> drivers,
    List<String> memory,
    List<String> files) {
  static TargetState of(JsonRpcClient client, long pid, PciBus bus) throws IOException {
    Map<PciAddress, Optional<String>> drivers = new TreeMap<>();
    for (PciFunction function : bus.functions()) {
      drivers.put(function.address(), function.driver());
    }
    List<String> memory =
        Files.readAllLines(Path.of("/proc/meminfo")).stream()
            .filter(line -> line.startsWith("HugePages_"))
            .toList();
    return new TargetState(
        client.call("bdev_nvme_get_controllers", Map.of()),
        client.call("bdev_get_bdevs", Map.of()),
        drivers,
        memory,
        files(pid));
  }

  private static List<String> files(long pid) throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return links
          .map(TargetState::target)
          .filter(file -> !file.endsWith(".jar") && !file.endsWith("/fd"))
          .map(file -> file.replaceAll("\\d+", "N"))
          .sorted()
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "/fd"; // ours, with which we looked
    }
  }
}

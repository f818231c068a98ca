package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What sysfs tells of a machine's CPUs (Documentation/ABI/testing/sysfs-devices-system-cpu). Where
 * it does not tell, nothing is known; nothing is thrown.
 */
public final class CpuFacts {
  private static final String NODE = "node";
  private static final Pattern NODE_NAME = Pattern.compile(NODE + "\\d+");

  private final Path system;

  /**
   * @param root of the machine's files: {@code /}
   */
  public CpuFacts(Path root) {
    system = root.resolve("sys/devices/system");
  }

  /** The NUMA node that a CPU belongs to, if there are nodes. */
  public OptionalInt node(int cpu) {
    return nodeNames(cpu(cpu)).stream()
        .mapToInt(name -> Integer.parseInt(name.substring(NODE.length())))
        .findFirst();
  }

  /** How many NUMA nodes the machine has; 1 where there are none. */
  public int nodes() {
    return Math.max(1, nodeNames(system.resolve(NODE)).size());
  }

  private static List<String> nodeNames(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(NODE_NAME.asMatchPredicate())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The frequency of a CPU at this moment, in kHz, where the machine tells it. */
  public OptionalLong frequencyKhz(int cpu) {
    try {
      String text = Files.readString(cpu(cpu).resolve("cpufreq/scaling_cur_freq"));
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (IOException | NumberFormatException e) { // "<unknown>" of some drivers
      return OptionalLong.empty();
    }
  }

  private Path cpu(int cpu) {
    return system.resolve("cpu/cpu" + cpu);
  }
}

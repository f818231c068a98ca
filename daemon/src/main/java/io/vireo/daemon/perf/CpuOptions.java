package io.vireo.daemon.perf;

import io.vireo.linux.Cpu;
import io.vireo.reactor.CpuMask;
import java.io.IOException;
import java.util.BitSet;
import picocli.CommandLine.Option;

/** On which CPU {@code vireo perf} runs, and on which the other side does. */
final class CpuOptions {
  @Option(
      names = "--cpu",
      paramLabel = "CPU",
      description = "the CPU that makes the load (default: the last one allowed)")
  private Integer cpu;

  @Option(
      names = "--other-cpu",
      paramLabel = "CPU",
      description =
          "the CPU that --probe, --ceiling, --against and --beside take for the other side"
              + " (default: the first one allowed)")
  private Integer otherCpu;

  /** Those that are used; the calling thread's process may use them. */
  record Pair(int here, int there) {}

  /**
   * @param two whether there is another side
   * @throws IOException when this process cannot use them
   */
  Pair choose(boolean two) throws IOException {
    BitSet allowed = Cpu.allowed();
    int here = cpu == null ? allowed.length() - 1 : require("--cpu", cpu, allowed);
    int there =
        otherCpu == null ? allowed.nextSetBit(0) : require("--other-cpu", otherCpu, allowed);
    if (otherCpu != null && !two) {
      throw new IllegalArgumentException(
          "--other-cpu is for --probe, --ceiling, --against and --beside");
    }
    if (two && here == there) {
      throw new IOException("both sides cannot have CPU %d, it takes two".formatted(here));
    }
    return new Pair(here, there);
  }

  private static int require(String option, int cpu, BitSet allowed) {
    if (cpu < 0 || !allowed.get(cpu)) {
      throw new IllegalArgumentException(
          "%s %d is none of the CPUs that this process may use: %s"
              .formatted(option, cpu, CpuMask.formatList(allowed)));
    }
    return cpu;
  }
}

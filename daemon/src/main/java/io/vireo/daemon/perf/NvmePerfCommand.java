package io.vireo.daemon.perf;

import io.vireo.daemon.nvme.DriveOptions;
import io.vireo.daemon.nvme.Drives;
import io.vireo.linux.Cpu;
import io.vireo.linux.pci.PciAddress;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.reactor.CpuMask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vireo nvme perf}: puts load on a namespace, without a target. */
@Command(
    name = "perf",
    header = "Puts load on an NVMe namespace and tells how it does.",
    description = {
      "",
      "One thread for each CPU, pinned to it, with a queue pair of its own. What is on the"
          + " namespace is overwritten by all workloads but read and randread."
    },
    optionListHeading = "%nOptions:%n",
    footer = {"", "Example:", "  vireo nvme perf 0000:01:00.0 -q 32 -w randread -t 10 -c 0x3"})
public final class NvmePerfCommand implements Callable<Integer> {
  private static final double MIN_SECONDS = 0.001;

  private final Path root;

  @Parameters(paramLabel = "BDF", description = "the address: 0000:01:00.0 or 01:00.0")
  private PciAddress address;

  @Option(
      names = "--namespace",
      paramLabel = "ID",
      description = "the namespace (default: the first one)")
  private Integer namespaceId;

  @Option(
      names = {"-c", "--cpumask"},
      paramLabel = "CPUMASK",
      description = "the CPUs that make the load: 0x3 or [0,1] (default: the last one allowed)")
  private String cpuMask;

  @Mixin private LoadOptions loads;
  @Mixin private TimeOptions times;
  @Mixin private RunOptions run;
  @Mixin private DriveOptions access;

  /**
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   */
  public NvmePerfCommand(Path root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    PerfOptions options = options();
    times.check();
    long ns = run.ns(MIN_SECONDS);
    int[] cpus = cpus();
    try (Output output = run.open();
        Drives drives = new Drives(root, access.access())) {
      drives.use(
          address,
          (function, controller) -> {
            NvmeNamespace namespace = namespace(controller);
            try (NvmeLoads load =
                new NvmeLoads(
                    function.memory(),
                    controller,
                    () -> Drives.stop(function, controller),
                    namespace,
                    options,
                    cpus)) {
              NvmePerfReport report =
                  new NvmePerfReport(
                      "%s namespace %d".formatted(address, namespace.id()),
                      cpus,
                      load.measure(output.progress(), times.intervalNs(), times.warmupNs(), ns));
              output.result(report.json(), report::print);
              return report;
            }
          });
    }
    return 0;
  }

  private PerfOptions options() {
    PerfOptions options = LoadOptions.single(loads.cells(1));
    Workload workload = options.workload();
    if (workload.feature != 0 || workload == Workload.VERIFY) {
      throw new IllegalArgumentException(
          "workload %s is not for a controller".formatted(workload.label()));
    }
    return options;
  }

  private int[] cpus() throws IOException {
    BitSet allowed = Cpu.allowed();
    if (cpuMask == null) {
      return new int[] {allowed.length() - 1};
    }
    BitSet wanted = CpuMask.parse(cpuMask);
    BitSet missing = (BitSet) wanted.clone();
    missing.andNot(allowed);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "CPUs %s of -c are none of those that this process may use: %s"
              .formatted(CpuMask.formatList(missing), CpuMask.formatList(allowed)));
    }
    return wanted.stream().toArray();
  }

  private NvmeNamespace namespace(NvmeController controller) throws IOException {
    if (namespaceId != null) {
      return Drives.namespace(address, controller, namespaceId);
    }
    if (controller.namespaces().isEmpty()) {
      throw new IOException(address + " has no namespace that can be used");
    }
    return controller.namespaces().getFirst();
  }
}

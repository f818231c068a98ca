package io.vireo.daemon.nvme;

import io.vireo.daemon.pci.TextTable;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vireo nvme list}. */
@Command(
    name = "list",
    header = "Lists NVMe controllers with their namespaces and health.",
    description = {
      "",
      "A controller that the kernel or another program has is left alone, and told with the reason."
          + " Each of the others is reset to be looked at.",
      ""
    },
    optionListHeading = "%nOptions:%n")
final class ListCommand implements Callable<Integer> {
  private final Path root;
  private final PciBus bus;

  @Spec private CommandSpec spec;
  @Mixin private DriveOptions options;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  ListCommand(Path root, PciBus bus) {
    this.root = root;
    this.bus = bus;
  }

  @Override
  public Integer call() throws Exception {
    List<Look> looks = new ArrayList<>();
    try (Drives drives = new Drives(root, options.access())) {
      for (PciFunction function : bus.functions()) {
        if (function.isNvme()) {
          looks.add(look(drives, function));
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Facts.json(Map.of("controllers", looks.stream().map(Look::json).toList())));
    } else {
      print(out, looks);
    }
    out.flush();
    return 0;
  }

  private static Look look(Drives drives, PciFunction function) throws Exception {
    try {
      return drives.use(
          function.address(), (taken, controller) -> Look.at(taken.address(), controller));
    } catch (IOException e) {
      return Look.problem(function.address(), e.getMessage());
    }
  }

  private static void print(PrintWriter out, List<Look> looks) {
    if (looks.isEmpty()) {
      out.println("no NVMe controllers");
      return;
    }
    TextTable table =
        new TextTable("ADDRESS", "MODEL", "SERIAL", "FIRMWARE", "NAMESPACES", "HEALTH");
    looks.forEach(look -> table.row(look.cells()));
    table.print(out);
    for (Look look : looks) {
      look.unusable().forEach(sentence -> out.println(look.address() + ": " + sentence));
    }
  }
}

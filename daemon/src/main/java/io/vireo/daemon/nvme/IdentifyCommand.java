package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import io.vireo.nvme.NvmeController;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vireo nvme identify}. */
@Command(
    name = "identify",
    header = "Tells what an NVMe controller, or a namespace of it, is.",
    description = {"", "The controller is reset for that.", ""},
    optionListHeading = "%nOptions:%n")
final class IdentifyCommand implements Callable<Integer> {
  private final Path root;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "BDF", description = "the address: 0000:01:00.0 or 01:00.0")
  private PciAddress address;

  @Option(names = "--namespace", paramLabel = "ID", description = "a namespace, all of it")
  private Integer namespace;

  @Mixin private DriveOptions options;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  IdentifyCommand(Path root) {
    this.root = root;
  }

  @Override
  public Integer call() throws Exception {
    Map<String, Object> facts;
    try (Drives drives = new Drives(root, options.access())) {
      facts = drives.use(address, (taken, controller) -> facts(controller));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Facts.json(facts));
    } else {
      Facts.print(out, facts);
    }
    out.flush();
    return 0;
  }

  private Map<String, Object> facts(NvmeController controller) throws IOException {
    return namespace == null
        ? IdentifyReport.json(controller)
        : NamespaceReport.details(Drives.namespace(address, controller, namespace));
  }
}

package io.vireo.daemon.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vireo pci status}. */
@Command(
    name = "status",
    header = "Shows the NVMe controllers, the IOMMU and the huge pages.",
    description = {"", "Who uses a controller is shown in full to root only."},
    optionListHeading = "%nOptions:%n")
final class StatusCommand implements Callable<Integer> {
  private static final String NONE = "-";

  private final Path root;
  private final PciBus bus;

  @Spec private CommandSpec spec;

  StatusCommand(Path root, PciBus bus) {
    this.root = root;
    this.bus = bus;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<PciFunction> controllers = Controllers.all(bus);
    if (controllers.isEmpty()) {
      out.println("no NVMe controllers");
    } else {
      TextTable table =
          new TextTable("ADDRESS", "ID", "NODE", "DRIVER", "GROUP", "DISKS", "IN USE BY");
      for (PciFunction function : controllers) {
        table.row(row(function));
      }
      table.print(out);
    }
    out.println();
    out.println(iommu());
    HugePagePool.table(HugePagePool.all(root)).print(out);
    out.flush();
    return 0;
  }

  private String[] row(PciFunction function) throws IOException {
    return new String[] {
      function.address().toString(),
      "%04x:%04x".formatted(function.vendor(), function.device()),
      text(function.numaNode()),
      function.driver().orElse(NONE),
      text(function.iommuGroup()),
      text(bus.disks(function.address())),
      users(function)
    };
  }

  private String users(PciFunction function) throws IOException {
    try {
      return text(bus.users(function.address()));
    } catch (PciException e) { // disks that only root may open, or that have no file in /dev
      return e.errno() == Errno.ENOENT ? "cannot be seen from here" : "only root sees it";
    }
  }

  private static String text(OptionalInt number) {
    return number.isPresent() ? Integer.toString(number.getAsInt()) : NONE;
  }

  private static String text(List<String> items) {
    return items.isEmpty() ? NONE : String.join(", ", items);
  }

  private String iommu() throws IOException {
    long count = Vfio.iommuGroups(root);
    return count > 0
        ? "IOMMU: on, %d groups".formatted(count)
        : "IOMMU: off; vfio-pci needs it (firmware; kernel of Intel machines: intel_iommu=on)";
  }
}

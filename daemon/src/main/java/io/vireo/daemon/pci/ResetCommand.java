package io.vireo.daemon.pci;

import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vireo pci reset}. */
@Command(
    name = "reset",
    header = "Gives NVMe controllers back to the kernel's driver.",
    description = {
      "",
      "Those that are bound to vfio-pci, to uio_pci_generic or to no driver: all, or the ones that"
          + " are named. What a program drives stays with it, and the exit status is then 1.",
      ""
    },
    optionListHeading = "%nOptions:%n")
final class ResetCommand implements Callable<Integer> {
  private static final String NO_DRIVER = "no driver";
  private static final Set<String> OURS = Set.of("vfio-pci", "uio_pci_generic", NO_DRIVER);

  private final PciBus bus;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "BDF",
      description = "addresses: 0000:01:00.0 or 01:00.0 (all)")
  private List<PciAddress> addresses = List.of();

  ResetCommand(PciBus bus) {
    this.bus = bus;
  }

  @Override
  public Integer call() throws IOException {
    List<PciFunction> functions =
        addresses.isEmpty() ? Controllers.all(bus) : Controllers.named(bus, addresses);
    int status = 0;
    for (PciFunction function : functions) {
      String before = function.driver().orElse(NO_DRIVER);
      if (OURS.contains(before) && !giveBack(function, before)) {
        status = 1;
      }
    }
    return status;
  }

  private boolean giveBack(PciFunction function, String before) throws IOException {
    try {
      bus.release(function.address());
    } catch (PciException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(spec.qualifiedName() + ": " + e.getMessage());
      err.flush();
      return false;
    }
    String after = bus.function(function.address()).flatMap(PciFunction::driver).orElse(NO_DRIVER);
    PrintWriter out = spec.commandLine().getOut();
    out.println("%s: %s -> %s".formatted(function.address(), before, after));
    out.flush();
    return true;
  }
}

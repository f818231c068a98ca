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
          + " are named. What a program drives stays with it, and the exit status is then 1, as it is"
          + " when the kernel's driver does not take one.",
      ""
    },
    optionListHeading = "%nOptions:%n")
final class ResetCommand implements Callable<Integer> {
  private static final String NO_DRIVER = "no driver";
  private static final String NVME = "nvme";
  private static final Set<String> OURS = Set.of("vfio-pci", "uio_pci_generic", NO_DRIVER);

  private final PciBus bus;
  private final Modules modules;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "BDF",
      description = "addresses: 0000:01:00.0 or 01:00.0 (all)")
  private List<PciAddress> addresses = List.of();

  ResetCommand(PciBus bus, Modules modules) {
    this.bus = bus;
    this.modules = modules;
  }

  @Override
  public Integer call() throws IOException {
    List<PciFunction> functions =
        addresses.isEmpty() ? Controllers.all(bus) : Controllers.named(bus, addresses);
    List<PciFunction> wanted =
        functions.stream().filter(f -> OURS.contains(f.driver().orElse(NO_DRIVER))).toList();
    if (wanted.isEmpty()) {
      tell(functions.isEmpty() ? "no NVMe controllers" : "nothing to give back");
    }
    int status = 0;
    for (PciFunction function : wanted) {
      if (!giveBack(function, function.driver().orElse(NO_DRIVER))) {
        status = 1;
      }
    }
    return status;
  }

  private boolean giveBack(PciFunction function, String before) throws IOException {
    String said = bus.hasDriver(NVME) ? "" : modules.load(NVME);
    try {
      bus.release(function.address());
    } catch (PciException e) {
      refuse(e.getMessage());
      return false;
    }
    String after = bus.function(function.address()).flatMap(PciFunction::driver).orElse(NO_DRIVER);
    tell("%s: %s -> %s".formatted(function.address(), before, after));
    if (after.equals(NO_DRIVER)) {
      refuse(
          "the kernel has no driver for %s; %s"
              .formatted(
                  function.address(),
                  said.isEmpty() ? "its log (dmesg) may tell why" : "modprobe nvme: " + said));
    }
    return !after.equals(NO_DRIVER);
  }

  private void tell(String sentence) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(sentence);
    out.flush();
  }

  private void refuse(String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + sentence);
    err.flush();
  }
}

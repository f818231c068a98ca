package io.vireo.daemon.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vireo pci bind}. */
@Command(
    name = "bind",
    header = "Takes NVMe controllers from the kernel, for a target to drive.",
    description = {
      "",
      "None is taken when one of them is not there, is no NVMe controller, or is in use: as a"
          + " mounted disk, as swap, by LVM or RAID, below a loop device, or by another program.",
      ""
    },
    optionListHeading = "%nOptions:%n")
final class BindCommand implements Callable<Integer> {
  private static final String VFIO = "vfio-pci";
  private static final String UIO = "uio_pci_generic";

  private final PciBus bus;
  private final Modules modules;

  @Spec private CommandSpec spec;

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      defaultValue = VFIO,
      description =
          "vfio-pci, or uio_pci_generic on a machine without an IOMMU (default: ${DEFAULT-VALUE})")
  private String driver;

  @Parameters(
      arity = "1..*",
      paramLabel = "BDF",
      description = "addresses: 0000:01:00.0 or 01:00.0")
  private List<PciAddress> addresses;

  BindCommand(PciBus bus, Modules modules) {
    this.bus = bus;
    this.modules = modules;
  }

  @Override
  public Integer call() throws IOException {
    if (!List.of(VFIO, UIO).contains(driver)) {
      throw new IllegalArgumentException(
          "driver '%s' is neither %s nor %s".formatted(driver, VFIO, UIO));
    }
    List<PciFunction> functions = Controllers.named(bus, addresses);
    List<PciFunction> wanted =
        functions.stream().filter(f -> !f.driver().equals(Optional.of(driver))).toList();
    for (PciFunction function : wanted) {
      bus.requireBindable(function.address(), driver);
    }
    if (!wanted.isEmpty()) {
      load();
    }
    PrintWriter out = spec.commandLine().getOut();
    for (PciFunction function : functions) {
      bus.bind(function.address(), driver);
      out.println(
          "%s: %s -> %s"
              .formatted(function.address(), function.driver().orElse("no driver"), driver));
      out.flush();
    }
    tellNotViable(functions);
    return 0;
  }

  private void load() throws IOException {
    if (!bus.hasDriver(driver)) {
      String said = modules.load(driver);
      if (!bus.hasDriver(driver)) {
        throw new PciException(
            Errno.ENODEV,
            "driver %s is not loaded, and modprobe %s did not load it%s"
                .formatted(driver, driver, said.isEmpty() ? "" : ": " + said));
      }
    }
  }

  /** The kernel gives a group to a program only as a whole. */
  private void tellNotViable(List<PciFunction> functions) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    for (PciFunction function : functions) {
      if (driver.equals(VFIO) && function.iommuGroup().isPresent()) {
        int group = function.iommuGroup().getAsInt();
        for (String other : bus.kernelOwned(group)) {
          err.println(
              "%s cannot be driven while the kernel has %s of its IOMMU group %d"
                  .formatted(function.address(), other, group));
        }
      }
    }
    err.flush();
  }
}

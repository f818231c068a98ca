package io.vireo.daemon;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.nio.file.Path;

/** {@code vireo pci} and {@code vireo nvme} on a machine without an IOMMU. */
public final class PhysicalCommandChecks {
  private final GuestChecks checks;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final GuestCommands commands;
  private final PciAddress address;

  /** Looks for the controller, which the kernel's driver has. */
  public PhysicalCommandChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    commands = new GuestCommands(checks, bus);
    address =
        bus.functions().stream().filter(PciFunction::isNvme).findFirst().orElseThrow().address();
    KernelDisks.first(bus, address);
  }

  /** Runs them all; the controller is then the kernel's again. */
  public void run() {
    commands.check("hugepages 16", "16        16");
    commands.check("pci status", address + "  1b36:0010  ", "IOMMU: off; vfio-pci needs it");
    commands.checkFails(1, "the IOMMU is off in the firmware or in the", "pci bind " + address);
    commands.checkFails(1, "switch the IOMMU on, in the firmware", "nvme identify " + address);
    commands.checkFails(
        1,
        "is bound to nvme; give it to no driver or to uio_pci_generic",
        "nvme identify --physical " + address);
    commands.check("pci bind --driver uio_pci_generic " + address, "nvme -> uio_pci_generic");
    commands.check("nvme identify --physical " + address, "VIREO0");
    checks.check("vireo pci reset", this::reset);
  }

  private Object reset() {
    Object seen = GuestCommands.succeeds("pci reset", address + ": uio_pci_generic -> nvme");
    return seen + "; " + KernelDisks.first(bus, address) + " is there again";
  }
}

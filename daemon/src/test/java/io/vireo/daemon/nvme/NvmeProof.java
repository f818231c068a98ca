package io.vireo.daemon.nvme;

import io.vireo.daemon.CommandGuestChecks;
import io.vireo.daemon.PhysicalCommandChecks;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.SysfsGuestChecks;
import io.vireo.linux.vfio.VfioGuestChecks;
import io.vireo.nvme.pcie.Access;
import io.vireo.nvme.pcie.NvmeGuestChecks;

/**
 * Checks with controllers that do what they should, in one guest of qemu-scripts/nvme-guest: one
 * line for each check, and {@code N passed, N failed} as the last one. Of the driver and of a
 * target; with the argument {@code kernel} of what the kernel gives to programs, and of the
 * commands that use it, and what a target refuses; with {@code short} of the driver and a small
 * target behind an IOMMU of few bits; with {@code physical} of all on a machine without an IOMMU.
 */
public final class NvmeProof {
  private NvmeProof() {}

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    switch (arguments.length == 0 ? "" : arguments[0]) {
      case "physical" -> {
        checks.part("sysfs", () -> new SysfsGuestChecks(checks).run());
        checks.part("commands", () -> new PhysicalCommandChecks(checks).run());
        checks.part("driver", () -> new NvmeGuestChecks(checks, Access.PHYSICAL).run());
        checks.part("target", () -> new SmallTargetChecks(checks, false).run());
      }
      case "short" -> {
        checks.part("driver", () -> new NvmeGuestChecks(checks, Access.VFIO).run());
        checks.part("target", () -> new SmallTargetChecks(checks, true).run());
      }
      case "kernel" -> {
        checks.part("PCI and VFIO", () -> new VfioGuestChecks(checks).run());
        checks.part("commands", () -> new CommandGuestChecks(checks).run());
        checks.part("refusals", () -> new RefusalChecks(checks).run());
      }
      default -> {
        checks.part("driver", () -> new NvmeGuestChecks(checks, Access.VFIO).run());
        checks.part("target", () -> new NvmeTargetGuestChecks(checks).run());
      }
    }
    System.exit(checks.end());
  }
}

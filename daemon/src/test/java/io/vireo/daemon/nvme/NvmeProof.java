package io.vireo.daemon.nvme;

import io.vireo.daemon.CommandGuestChecks;
import io.vireo.daemon.PhysicalCommandChecks;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.SysfsGuestChecks;
import io.vireo.linux.vfio.VfioGuestChecks;
import io.vireo.nvme.pcie.Access;
import io.vireo.nvme.pcie.NvmeGuestChecks;

/**
 * All checks with controllers that do what they should, in one guest of qemu-scripts/nvme-guest:
 * one line for each check, and {@code N passed, N failed} as the last one. With the argument {@code
 * physical} those of a machine without an IOMMU.
 */
public final class NvmeProof {
  private NvmeProof() {}

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    if (arguments.length > 0 && arguments[0].equals("physical")) {
      checks.part("sysfs", () -> new SysfsGuestChecks(checks).run());
      checks.part("commands", () -> new PhysicalCommandChecks(checks).run());
      checks.part("driver", () -> new NvmeGuestChecks(checks, Access.PHYSICAL).run());
    } else {
      checks.part("PCI and VFIO", () -> new VfioGuestChecks(checks).run());
      checks.part("commands", () -> new CommandGuestChecks(checks).run());
      checks.part("driver", () -> new NvmeGuestChecks(checks, Access.VFIO).run());
      checks.part("target", () -> new NvmeTargetGuestChecks(checks).run());
    }
    System.exit(checks.end());
  }
}

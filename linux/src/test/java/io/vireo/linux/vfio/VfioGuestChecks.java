package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Libc;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PciGuestChecks;
import java.io.IOException;
import java.util.List;

/**
 * PCI and VFIO checked on a real controller, in a guest that qemu-scripts/nvme-guest has booted:
 * one line for each check, and {@code N passed, N failed} as the last one.
 */
public final class VfioGuestChecks {
  private final GuestChecks checks;

  public VfioGuestChecks(GuestChecks checks) {
    this.checks = checks;
  }

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    checks.part("PCI and VFIO", new VfioGuestChecks(checks)::run);
    System.exit(checks.end());
  }

  /** Runs them all; the controllers are then the kernel's again. */
  public void run() throws IOException {
    PciGuestChecks bus = new PciGuestChecks(checks);
    bus.take();
    new UnprivilegedChecks(bus.nvme()).all(checks);
    device(bus.nvme());
    bus.giveBack();
    new SharedGroupChecks().all(checks);
  }

  private void device(PciFunction function) {
    int number = function.iommuGroup().orElseThrow();
    new BusyFunctionChecks(function.address()).drivenByAnother(checks, number);
    try (VfioContainer container = VfioContainer.open();
        VfioGroup group = VfioGroup.open(number, container);
        VfioDevice device = VfioDevice.open(group, function.address())) {
      group(number, container, group);
      new BusyFunctionChecks(function.address()).drivenByUs(checks);
      addressSpace(container);
      new VfioDeviceChecks(device, container).all(checks);
    }
  }

  private void group(int number, VfioContainer container, VfioGroup group) {
    checks.check(
        "a group is opened once",
        () ->
            fails("IOMMU group " + number + " is in use", () -> VfioGroup.open(number, container)));
    checks.check(
        "a group that is not there",
        () -> fails("bind a function of IOMMU group 9999", () -> VfioGroup.open(9999, container)));
    checks.check(
        "a function of another group",
        () -> fails("bind it to vfio", () -> VfioDevice.open(group, new PciAddress(0, 0, 0, 0))));
    checks.check(
        "a container with groups is not closed",
        () -> fails("1 groups are still in the container", container::close));
  }

  private void addressSpace(VfioContainer container) {
    List<IovaRange> ranges = container.iovaRanges();
    checks.check(
        "IOVA ranges",
        () -> {
          require(ranges.size() == 2, ranges);
          require(ranges.get(0).equals(new IovaRange(0, 0xfedfffffL)), ranges);
          require(ranges.get(1).equals(new IovaRange(0xfef00000L, 0xffffffffffffL)), ranges);
          return ranges.toString();
        });
    checks.check(
        "granule",
        () -> {
          require(container.granuleBytes() == 4096, container.granuleBytes());
          return container.granuleBytes() + " bytes";
        });
    long bytes = 4 << 20;
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    long hva = Libc.mmap(0, bytes, prot, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
    checks.check(
        "map at iova = hva and unmap",
        () -> {
          long free = container.freeMappings();
          container.map(hva, hva, bytes);
          require(container.freeMappings() == free - 1, container.freeMappings());
          container.unmap(hva, bytes);
          require(container.freeMappings() == free, container.freeMappings());
          return "0x%x, %d of %d mappings used".formatted(hva, 1, free);
        });
    checks.check(
        "an address mapped twice",
        () -> {
          container.map(hva, 0, 4096);
          String said = fails("mapped already", () -> container.map(hva, 0, 4096));
          container.unmap(0, 4096);
          return said;
        });
    checks.check(
        "an address outside the ranges",
        () -> fails("multiples of 4096 bytes within", () -> container.map(hva, 0xfee00000L, 4096)));
    checks.check(
        "half a page",
        () -> fails("multiples of 4096 bytes within", () -> container.map(hva, 0, 2048)));
    checks.check(
        "part of a mapping",
        () -> {
          container.map(hva, 0, 8192);
          String said = fails("EINVAL", () -> container.unmap(0, 4096));
          container.unmap(0, 8192);
          return said;
        });
    checks.check(
        "what is not mapped", () -> fails("0 bytes were mapped", () -> container.unmap(0, 4096)));
    Libc.munmap(hva, bytes);
    checks.check(
        "memory that is not there",
        () -> fails("the memory cannot be pinned", () -> container.map(hva, 0, 4096)));
  }
}

package io.vireo.linux.vfio;

import io.vireo.linux.Libc;
import io.vireo.linux.pci.PciAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * VFIO checked on a real controller, in a guest that qemu-scripts/nvme-guest has prepared: one line
 * for each check, and {@code N passed, N failed} as the last one.
 *
 * <p>Arguments: the address of an NVMe controller that is bound to vfio-pci.
 */
public final class VfioGuestChecks {
  private final PrintStream out;
  private int passed;
  private int failed;

  private VfioGuestChecks(PrintStream out) {
    this.out = out;
  }

  /** Part of a check; answers what it has seen. */
  private interface Check {
    String run() throws Exception;
  }

  public static void main(String[] arguments) throws IOException {
    VfioGuestChecks checks = new VfioGuestChecks(System.out);
    checks.all(PciAddress.parse(arguments[0]));
    System.out.println(checks.passed + " passed, " + checks.failed + " failed");
    System.exit(checks.failed == 0 ? 0 : 1);
  }

  private void check(String name, Check check) {
    try {
      String seen = check.run();
      passed++;
      out.println("ok      " + name + ": " + seen);
    } catch (Exception | AssertionError e) {
      failed++;
      out.println("FAILED  " + name + ": " + e);
    }
  }

  private static void require(boolean condition, Object seen) {
    if (!condition) {
      throw new AssertionError(Objects.toString(seen));
    }
  }

  private static String fails(Runnable action, String part) {
    try {
      action.run();
    } catch (RuntimeException e) {
      require(e.getMessage().contains(part), e);
      return e.getMessage();
    }
    throw new AssertionError("no failure with \"" + part + "\"");
  }

  private void all(PciAddress address) throws IOException {
    Path link = Path.of("/sys/bus/pci/devices/" + address + "/iommu_group");
    int number = Integer.parseInt(Files.readSymbolicLink(link).getFileName().toString());
    try (VfioContainer container = VfioContainer.open();
        VfioGroup group = VfioGroup.open(number, container);
        VfioDevice device = VfioDevice.open(group, address)) {
      check("group", () -> address + " in group " + group.number());
      group(number, container, group);
      addressSpace(container);
      new VfioDeviceChecks(device, container).all((name, seen) -> check(name, seen::call));
    }
  }

  private void group(int number, VfioContainer container, VfioGroup group) {
    check(
        "a group is opened once",
        () -> fails(() -> VfioGroup.open(number, container), "another program uses"));
    check(
        "a group that is not there",
        () -> fails(() -> VfioGroup.open(9999, container), "bind a function of IOMMU group 9999"));
    check(
        "a function of another group",
        () -> fails(() -> VfioDevice.open(group, new PciAddress(0, 0, 0, 0)), "bind it to vfio"));
    check(
        "a container with groups is not closed",
        () -> fails(container::close, "1 groups are still in the container"));
  }

  private void addressSpace(VfioContainer container) {
    List<IovaRange> ranges = container.iovaRanges();
    check(
        "IOVA ranges",
        () -> {
          require(ranges.size() == 2, ranges);
          require(ranges.get(0).equals(new IovaRange(0, 0xfedfffffL)), ranges);
          require(ranges.get(1).equals(new IovaRange(0xfef00000L, 0xffffffffffffL)), ranges);
          return ranges.toString();
        });
    check(
        "granule",
        () -> {
          require(container.granuleBytes() == 4096, container.granuleBytes());
          return container.granuleBytes() + " bytes";
        });
    long bytes = 4 << 20;
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    long hva = Libc.mmap(0, bytes, prot, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
    check(
        "map at iova = hva and unmap",
        () -> {
          long free = container.freeMappings();
          container.map(hva, hva, bytes);
          require(container.freeMappings() == free - 1, container.freeMappings());
          container.unmap(hva, bytes);
          require(container.freeMappings() == free, container.freeMappings());
          return "0x%x, %d of %d mappings used".formatted(hva, 1, free);
        });
    check(
        "an address mapped twice",
        () -> {
          container.map(hva, 0, 4096);
          String said = fails(() -> container.map(hva, 0, 4096), "mapped already");
          container.unmap(0, 4096);
          return said;
        });
    check(
        "an address outside the ranges",
        () -> fails(() -> container.map(hva, 0xfee00000L, 4096), "multiples of 4096 bytes within"));
    check(
        "half a page",
        () -> fails(() -> container.map(hva, 0, 2048), "multiples of 4096 bytes within"));
    check(
        "part of a mapping",
        () -> {
          container.map(hva, 0, 8192);
          String said = fails(() -> container.unmap(0, 4096), "EINVAL");
          container.unmap(0, 8192);
          return said;
        });
    check("what is not mapped", () -> fails(() -> container.unmap(0, 4096), "0 bytes were mapped"));
    Libc.munmap(hva, bytes);
    check(
        "memory that is not there",
        () -> fails(() -> container.map(hva, 0, 4096), "the memory cannot be pinned"));
  }
}

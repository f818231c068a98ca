package io.vireo.linux.pci;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A controller driven without an IOMMU, in a guest of qemu-scripts/nvme-guest --no-iommu: one line
 * for each check, and {@code N passed, N failed} as the last one.
 */
public final class SysfsGuestChecks {
  private static final Path ROOT = Path.of("/");
  private static final long HUGE_PAGE_BYTES = 2 << 20;

  private final GuestChecks checks;
  private final PciBus bus = new PciBus(ROOT);
  private final PciAddress address;

  public SysfsGuestChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    address =
        bus.functions().stream().filter(PciFunction::isNvme).findFirst().orElseThrow().address();
  }

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    checks.part("sysfs", () -> new SysfsGuestChecks(checks).run());
    System.exit(checks.end());
  }

  /** Runs them all; the controller is then the kernel's again. */
  public void run() throws IOException {
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "4");
    checks.check("no IOMMU group", this::noGroup);
    checks.check("vfio-pci does not take it", this::noVfio);
    checks.check("a function that the kernel has", this::kernelHasIt);
    checks.check("physical addresses", this::addresses);
    checks.check(
        "a function without a driver",
        () -> {
          bus.unbind(address);
          return drive();
        });
    checks.check("only one drives it, and nobody takes it", this::exclusive);
    checks.check("uio_pci_generic", this::uio);
    checks.check("the kernel's driver takes it back", this::giveBack);
  }

  private Optional<String> driver() throws IOException {
    return bus.function(address).orElseThrow().driver();
  }

  private Object noGroup() throws IOException {
    require(bus.function(address).orElseThrow().iommuGroup().isEmpty(), "there is one");
    return address;
  }

  private Object noVfio() throws Exception {
    String said = fails("it is in no IOMMU group", () -> bus.bind(address, "vfio-pci"));
    require(driver().equals(Optional.of("nvme")), driver());
    return said;
  }

  private Object kernelHasIt() throws Exception {
    return fails(
        "is bound to nvme; give it to no driver or to uio_pci_generic",
        () -> SysfsDevice.open(ROOT, address, false).close());
  }

  private static long memory(long bytes, int flags) {
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    int all = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | flags;
    return Libc.mmap(0, bytes, prot, all, -1, 0);
  }

  private Object addresses() {
    long huge = memory(HUGE_PAGE_BYTES, Libc.MAP_HUGETLB | Libc.MAP_HUGE_2MB);
    long ordinary = memory(HUGE_PAGE_BYTES, 0);
    try (PhysicalMemory memory = PhysicalMemory.open(ROOT)) {
      require(memory.address(huge) == PhysicalMemory.UNKNOWN, "not touched");
      Mem.putByte(huge, (byte) 1);
      Mem.putByte(ordinary, (byte) 1);
      long physical = memory.address(huge);
      require(physical > 0 && physical % HUGE_PAGE_BYTES == 0, "0x%x".formatted(physical));
      long middle = memory.address(huge + 0x12345);
      require(middle == physical + 0x12345, "0x%x".formatted(middle));
      require(memory.address(ordinary) == PhysicalMemory.UNKNOWN, "an ordinary page has one");
      return "0x%x is at 0x%x".formatted(huge, physical);
    } finally {
      Libc.munmap(huge, HUGE_PAGE_BYTES);
      Libc.munmap(ordinary, HUGE_PAGE_BYTES);
    }
  }

  private Object drive() throws IOException {
    long hva = memory(HUGE_PAGE_BYTES, Libc.MAP_HUGETLB | Libc.MAP_HUGE_2MB);
    Mem.fill(hva, NvmeProbe.MEMORY_BYTES, (byte) 0);
    try (PhysicalMemory memory = PhysicalMemory.open(ROOT);
        SysfsDevice device = SysfsDevice.open(ROOT, address, false)) {
      require(device.msixVectors() == 0 && device.resettable(), device.msixVectors());
      device.config().enable();
      try (MappedBar bar = device.mapBar(0)) {
        NvmeProbe probe = new NvmeProbe(bar.address(), hva, memory.address(hva));
        probe.enable();
        probe.submit();
        String serial = probe.serial();
        require(serial.equals("VIREO0"), serial);
        device.reset();
        require(!probe.isReady(), "CSTS.RDY is 1 after the reset");
        return "serial number " + serial + ", reset";
      }
    } finally {
      Libc.munmap(hva, HUGE_PAGE_BYTES);
    }
  }

  private Object exclusive() throws Exception {
    try (SysfsDevice device = SysfsDevice.open(ROOT, address, false)) {
      String said =
          fails("is in use", () -> SysfsDevice.open(ROOT, device.address(), false).close());
      fails("is in use: this program drives it", () -> bus.bind(address, "uio_pci_generic"));
      require(driver().isEmpty(), driver());
      return said;
    }
  }

  private Object uio() throws IOException {
    bus.bind(address, SysfsDevice.UIO);
    require(driver().equals(Optional.of(SysfsDevice.UIO)), driver());
    return drive();
  }

  private Object giveBack() throws IOException {
    bus.release(address);
    require(driver().equals(Optional.of("nvme")), driver());
    return KernelDisks.first(bus, address) + " is there again";
  }
}

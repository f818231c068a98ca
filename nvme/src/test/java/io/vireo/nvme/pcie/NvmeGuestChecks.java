package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PciGuestChecks;
import io.vireo.memreg.MemoryRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The driver on real controllers, in a guest of qemu-scripts/nvme-guest: one line for each check,
 * and {@code N passed, N failed} as the last one. With the argument {@code physical} they are
 * driven without an IOMMU.
 */
public final class NvmeGuestChecks {
  private static final Path ROOT = Path.of("/");

  /** The slot of two that share a group; nothing is kept of what is written to them. */
  private static final int PAIR = 0x10;

  private final GuestChecks checks;
  private final PciBus bus = new PciBus(ROOT);
  private final Access access;
  private final List<PciAddress> controllers;

  public NvmeGuestChecks(GuestChecks checks, Access access) throws IOException {
    this.checks = checks;
    this.access = access;
    controllers =
        bus.functions().stream()
            .filter(function -> function.isNvme() && function.address().device() != PAIR)
            .map(PciFunction::address)
            .toList();
  }

  public static void main(String[] arguments) {
    Access access =
        arguments.length > 0 && arguments[0].equals("physical") ? Access.PHYSICAL : Access.VFIO;
    GuestChecks checks = new GuestChecks(System.out);
    checks.part("driver", () -> new NvmeGuestChecks(checks, access).run());
    System.exit(checks.end());
  }

  /** Runs them all; the controllers are then the kernel's again. */
  public void run() throws IOException {
    if (access == Access.PHYSICAL) {
      Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "32");
    }
    for (PciAddress address : controllers) {
      KernelDisks.first(bus, address);
    }
    MemoryRegistry registry = new MemoryRegistry();
    try (DmaDomain domain = new DmaDomain(ROOT, registry)) {
      refusals(domain);
      KernelData data = new KernelData(() -> KernelDisks.first(bus, controllers.getFirst()));
      checks.check("the kernel's driver writes", data::write);
      checks.check("the controllers are taken from it", this::take);
      for (PciAddress address : controllers) {
        new ControllerChecks(checks, domain, registry, address, access).run();
      }
      checks.check("nothing is left of them", () -> nothingLeft(domain, registry));
      checks.check("the kernel's driver takes them back", this::giveBack);
      checks.check("the kernel's driver reads what we wrote", data::readOurs);
    }
  }

  private void refusals(DmaDomain domain) {
    PciAddress nvme = controllers.getFirst();
    checks.check(
        "a function that is not there",
        () ->
            fails(
                "there is no PCI function 0000:7f:00.0",
                () -> domain.attach(PciAddress.parse("7f:00.0"), access)));
    checks.check(
        "a function that is no NVMe controller",
        () ->
            fails(
                "is no NVMe controller: its class is 060000",
                () -> domain.attach(PciAddress.parse("00:00.0"), access)));
    checks.check(
        "a function that the kernel has",
        () -> fails("is bound to nvme; ", () -> domain.attach(nvme, access)));
    checks.check(
        "a disk that is mounted",
        () -> {
          String disk = KernelDisks.first(bus, nvme).toString();
          PciGuestChecks.run("mke2fs", "-q", disk);
          PciGuestChecks.run("mkdir", "-p", "/tmp/mounted");
          PciGuestChecks.run("mount", "-t", "ext4", disk, "/tmp/mounted");
          try {
            return fails(
                disk.substring("/dev/".length()) + " is mounted at",
                () -> domain.attach(nvme, access));
          } finally {
            PciGuestChecks.run("umount", "/tmp/mounted");
          }
        });
    if (access == Access.VFIO) {
      checks.check(
          "a function without a driver",
          () -> {
            bus.unbind(nvme);
            String said = fails("has no driver; bind it", () -> domain.attach(nvme, access));
            bus.release(nvme);
            KernelDisks.first(bus, nvme);
            return said;
          });
    }
  }

  private String take() throws IOException {
    for (PciAddress address : controllers) {
      if (access == Access.VFIO) {
        bus.bind(address, "vfio-pci");
      } else {
        bus.unbind(address);
      }
    }
    return controllers.toString();
  }

  private Object nothingLeft(DmaDomain domain, MemoryRegistry registry) throws IOException {
    long used = domain.heap(access).statistics().usedBytes();
    require(used == 0, used + " bytes of the heap");
    for (PciAddress address : controllers) {
      require(bus.users(address).isEmpty(), bus.users(address));
    }
    return registry.regions().size() + " regions of an empty heap";
  }

  private String giveBack() throws IOException {
    for (PciAddress address : controllers) {
      bus.release(address);
      Optional<String> driver = bus.function(address).orElseThrow().driver();
      require(driver.equals(Optional.of("nvme")), driver);
      KernelDisks.first(bus, address);
    }
    return controllers.size() + " controllers";
  }
}

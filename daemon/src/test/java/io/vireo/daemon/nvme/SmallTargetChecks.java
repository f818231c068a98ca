package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A target with one disk, on machines where addresses of memory are not those of devices: an IOMMU
 * whose addresses are short, or none.
 */
final class SmallTargetChecks {
  private final GuestChecks checks;
  private final boolean iommu;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final List<PciAddress> controllers;
  private final PciAddress address;

  /** Looks for the first controller, which the kernel's driver has. */
  SmallTargetChecks(GuestChecks checks, boolean iommu) throws IOException {
    this.checks = checks;
    this.iommu = iommu;
    controllers =
        bus.functions().stream().filter(PciFunction::isNvme).map(PciFunction::address).toList();
    address = controllers.getFirst();
  }

  /** Runs them all; the controller is then the kernel's again. */
  void run() throws Exception {
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "32");
    KernelDisks.first(bus, address);
    bus.bind(address, iommu ? "vfio-pci" : "uio_pci_generic");
    try (GuestTarget target = GuestTarget.start(0, 1)) {
      if (!iommu) {
        new RefusalChecks(checks).withoutIommu(target);
      }
      checks.check("a target attaches " + address, () -> attach(target, "Nvme0", address));
      Path path = target.serve("Nvme0n1", Map.of());
      try (SocketChecks socket = new SocketChecks(path, 0, 512)) {
        checks.check("its disk: depth 1", () -> socket.verify(1, 40, 4096));
        checks.check("its disk: depth 16", () -> socket.verify(16, 120, 512));
        checks.check("its disk: buffers at any address", () -> socket.verify(8, 60, 1));
        checks.check("its disk: discard, write zeroes, flush", socket::otherRequests);
        checks.check("its disk: what went through is counted", () -> completions(target));
      }
      target.serveNoMore("Nvme0n1");
      target.call("bdev_nvme_detach_controller", Map.of("name", "Nvme0"));
      if (iommu) {
        hidden(target);
      }
    }
    bus.release(address);
    KernelDisks.first(bus, address);
  }

  /** Of blocks with protection information guests see the data only; that of two types. */
  private void hidden(GuestTarget target) throws Exception {
    PciAddress with = controllers.get(1);
    bus.bind(with, "vfio-pci");
    checks.check("a target attaches " + with, () -> attach(target, "Nvme1", with));
    for (String name : List.of("Nvme1n1", "Nvme1n2")) {
      Path path = target.serve(name, Map.of());
      try (SocketChecks socket = new SocketChecks(path, 0, 512)) {
        checks.check(
            name + ": protection information is made and checked", () -> socket.verify(16, 80, 1));
        checks.check(name + ": discard, write zeroes, flush", socket::otherRequests);
      }
      target.serveNoMore(name);
    }
    target.call("bdev_nvme_detach_controller", Map.of("name", "Nvme1"));
    bus.release(with);
    KernelDisks.first(bus, with);
  }

  private Object attach(GuestTarget target, String name, PciAddress function) throws IOException {
    return target.call(
        "bdev_nvme_attach_controller",
        Map.of(
            "name",
            name,
            "trtype",
            "PCIe",
            "traddr",
            function.toString(),
            "prchk_guard",
            true,
            "prchk_reftag",
            true,
            "allow_no_iommu",
            !iommu));
  }

  private static Object completions(GuestTarget target) throws IOException {
    long sum = target.completions().stream().mapToLong(n -> n).sum();
    require(sum > 220, sum);
    return sum;
  }
}

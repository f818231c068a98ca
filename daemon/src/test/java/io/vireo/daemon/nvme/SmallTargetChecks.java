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
import java.util.Map;

/**
 * A target with one disk, on machines where addresses of memory are not those of devices: an IOMMU
 * whose addresses are short, or none.
 */
final class SmallTargetChecks {
  private final GuestChecks checks;
  private final boolean iommu;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final PciAddress address;

  /** Looks for the first controller, which the kernel's driver has. */
  SmallTargetChecks(GuestChecks checks, boolean iommu) throws IOException {
    this.checks = checks;
    this.iommu = iommu;
    address =
        bus.functions().stream().filter(PciFunction::isNvme).findFirst().orElseThrow().address();
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
      checks.check("a target attaches " + address, () -> attach(target));
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
    }
    bus.release(address);
    KernelDisks.first(bus, address);
  }

  private Object attach(GuestTarget target) throws IOException {
    return target.call(
        "bdev_nvme_attach_controller",
        Map.of(
            "name",
            "Nvme0",
            "trtype",
            "PCIe",
            "traddr",
            address.toString(),
            "allow_no_iommu",
            !iommu));
  }

  private static Object completions(GuestTarget target) throws IOException {
    long sum = target.completions().stream().mapToLong(n -> n).sum();
    require(sum > 220, sum);
    return sum;
  }
}

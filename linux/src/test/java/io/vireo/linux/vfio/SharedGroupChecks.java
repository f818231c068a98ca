package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Two controllers in one slot, which the IOMMU cannot tell apart. */
final class SharedGroupChecks {
  private final PciBus bus = new PciBus(Path.of("/"));
  private final List<PciFunction> pair;
  private final int group;

  SharedGroupChecks() throws IOException {
    pair =
        bus.functions().stream()
            .filter(function -> function.isNvme() && function.address().device() == 0x10)
            .toList();
    group = pair.getFirst().iommuGroup().orElseThrow();
  }

  void all(GuestChecks checks) {
    checks.check("two functions in one group", this::together);
    checks.check("a group of which the kernel has a function", this::notViable);
    checks.check("both functions of a group", this::both);
  }

  private String together() throws IOException {
    require(pair.size() == 2 && bus.group(group).equals(pair), bus.group(group));
    return pair.get(0).address() + " and " + pair.get(1).address();
  }

  private String notViable() throws Exception {
    bus.bind(pair.get(0).address(), "vfio-pci");
    try (VfioContainer container = VfioContainer.open()) {
      String other = pair.get(1).address() + " (nvme)";
      return fails(
          "IOMMU group %d is not viable: bind %s to vfio-pci too, or to no driver"
              .formatted(group, other),
          () -> VfioGroup.open(group, container));
    }
  }

  private String both() throws IOException {
    bus.unbind(pair.get(1).address());
    try (VfioContainer container = VfioContainer.open();
        VfioGroup open = VfioGroup.open(group, container);
        VfioDevice device = VfioDevice.open(open, pair.get(0).address())) {
      require(device.barBytes(0) > 0, device.barBytes(0));
    }
    for (PciFunction function : pair) {
      bus.release(function.address());
    }
    require(bus.group(group).equals(pair), bus.group(group)); // with their drivers
    return "one with vfio-pci, one without a driver";
  }
}

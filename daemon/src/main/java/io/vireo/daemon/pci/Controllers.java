package io.vireo.daemon.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The NVMe controllers of a machine, and those that were named. */
final class Controllers {
  private Controllers() {}

  static List<PciFunction> all(PciBus bus) throws IOException {
    return bus.functions().stream().filter(PciFunction::isNvme).toList();
  }

  /**
   * Each once, in the order in which they were named.
   *
   * @throws PciException when one is not there, or is something else
   */
  static List<PciFunction> named(PciBus bus, List<PciAddress> addresses) throws IOException {
    List<PciFunction> functions = new ArrayList<>();
    for (PciAddress address : addresses.stream().distinct().toList()) {
      PciFunction function = bus.present(address);
      if (!function.isNvme()) {
        throw new PciException(
            Errno.EINVAL,
            "%s is no NVMe controller: its class is %06x, not %06x"
                .formatted(address, function.classCode(), PciFunction.NVME));
      }
      functions.add(function);
    }
    return functions;
  }
}

package io.vireo.linux.pci;

import io.vireo.linux.GuestChecks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The disks that the kernel's driver makes of a controller. */
public final class KernelDisks {
  private KernelDisks() {}

  /** Waits until there is one that can be opened. */
  public static Path first(PciBus bus, PciAddress address) {
    return all(bus, address, 1).getFirst();
  }

  /** Waits until there are so many that can be opened. */
  public static List<Path> all(PciBus bus, PciAddress address, int count) {
    GuestChecks.await("disks of " + address, () -> present(bus, address).size() >= count);
    return present(bus, address);
  }

  private static List<Path> present(PciBus bus, PciAddress address) {
    try {
      return bus.disks(address).stream()
          .sorted()
          .map(name -> Path.of("/dev", name))
          .filter(Files::exists)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

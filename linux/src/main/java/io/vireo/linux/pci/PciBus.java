package io.vireo.linux.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The PCI functions of a machine, and which driver has which. */
public final class PciBus {
  private final Path bus;
  private final DiskUse disks;
  private final Sysfs.Store store;

  /**
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   */
  public PciBus(Path root) {
    this(root, Sysfs::store);
  }

  /**
   * @param store does what the kernel does when something is stored to one of its attributes
   */
  PciBus(Path root, Sysfs.Store store) {
    this.bus = root.resolve("sys/bus/pci");
    this.disks = new DiskUse(root);
    this.store = store;
  }

  /** All functions that there are, in ascending order of address. */
  public List<PciFunction> functions() throws IOException {
    List<PciAddress> addresses = new ArrayList<>();
    for (Path directory : Sysfs.list(bus.resolve("devices"))) {
      addresses.add(PciAddress.parse(directory.getFileName().toString()));
    }
    addresses.sort(null);
    List<PciFunction> functions = new ArrayList<>();
    for (PciAddress address : addresses) {
      function(address).ifPresent(functions::add);
    }
    return functions;
  }

  /** The function at an address; none when there is none. */
  public Optional<PciFunction> function(PciAddress address) throws IOException {
    try {
      return Optional.of(PciFunction.read(address, directory(address)));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // also when it goes just now
    }
  }

  private Path directory(PciAddress address) {
    return bus.resolve("devices").resolve(address.toString());
  }

  /**
   * Who uses the disks behind a function: a sentence for each, such as {@code nvme0n1p1 is mounted
   * at /home}.
   */
  public List<String> users(PciAddress address) throws IOException {
    return disks.users(directory(address));
  }

  /**
   * Gives a function to a driver, whichever has it now; nothing when that one has it already. A
   * failure leaves it with the driver that it had. Waits while a program has it through VFIO.
   *
   * @throws PciException with a sentence when it is not there, is in use, or cannot be given
   */
  public void bind(PciAddress address, String driver) throws IOException {
    PciFunction function = present(address);
    if (function.driver().equals(Optional.of(driver))) {
      return;
    }
    if (!Files.isDirectory(bus.resolve("drivers").resolve(driver))) {
      throw new PciException("driver %s is not loaded: modprobe %s".formatted(driver, driver));
    }
    unbind(function);
    String before = function.driver().orElse("");
    try {
      probe(address, driver);
      if (!present(address).driver().equals(Optional.of(driver))) {
        throw new PciException(
            "driver %s does not take %s; the kernel's log (dmesg) may tell why%s"
                .formatted(driver, address, advice(function, driver)));
      }
    } catch (IOException | PciException e) {
      restore(address, before, e);
      throw e;
    }
  }

  private static String advice(PciFunction function, String driver) {
    return driver.equals("vfio-pci") && function.iommuGroup().isEmpty()
        ? ": it is in no IOMMU group, so the IOMMU is off in the firmware or in the kernel"
            + " (intel_iommu=on)"
        : "";
  }

  /**
   * Gives a function back to the driver that the kernel itself chooses. Waits while a program has
   * it through VFIO.
   *
   * @throws PciException when it is not there, or in use
   */
  public void release(PciAddress address) throws IOException {
    unbind(present(address));
    probe(address, "");
  }

  private PciFunction present(PciAddress address) throws IOException {
    return function(address)
        .orElseThrow(() -> new PciException("there is no PCI function " + address));
  }

  private void unbind(PciFunction function) throws IOException {
    if (function.driver().isEmpty()) {
      return;
    }
    List<String> users = users(function.address());
    if (!users.isEmpty()) {
      throw new PciException(
          "%s is in use: %s".formatted(function.address(), String.join(", ", users)));
    }
    Path driver = bus.resolve("drivers").resolve(function.driver().orElseThrow());
    store.store(driver.resolve("unbind"), function.address().toString());
  }

  /**
   * @param driver the only one that may have it; empty for the kernel's choice
   */
  private void probe(PciAddress address, String driver) throws IOException {
    // An empty store is none: a line end takes the override away.
    store.store(directory(address).resolve("driver_override"), driver.isEmpty() ? "\n" : driver);
    store.store(bus.resolve("drivers_probe"), address.toString());
  }

  private void restore(PciAddress address, String driver, Exception failure) {
    try {
      probe(address, "");
      if (!present(address).driver().orElse("").equals(driver) && !driver.isEmpty()) {
        store.store(bus.resolve("drivers").resolve(driver).resolve("bind"), address.toString());
      }
    } catch (IOException | PciException e) {
      failure.addSuppressed(e);
    }
  }
}

package io.vireo.linux.pci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A made-up /sys, /proc and /dev, and a kernel that does what a store asks for: drivers take
 * functions by their class, or by override.
 */
public final class SysfsTree implements Sysfs.Store {
  final Path root;
  final List<String> stores = new ArrayList<>();

  /** Which driver the kernel chooses for a class; only these are loaded. */
  private final Map<String, String> drivers = new HashMap<>();

  /** Drivers that refuse whatever they are given. */
  final List<String> refusing = new ArrayList<>();

  /** So many times from now on no driver gets a function, for it has only just come. */
  int early;

  /** An empty machine. */
  public SysfsTree(Path root) throws IOException {
    this.root = root;
    write("sys/bus/pci/drivers_probe", "");
    write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    write("proc/swaps", "Filename Type Size Used Priority\n");
  }

  /** A machine with a drive at that address that the kernel's driver has; vfio-pci is loaded. */
  static SysfsTree withDrive(Path root, PciAddress address) throws IOException {
    SysfsTree tree = new SysfsTree(root);
    tree.driver("nvme", "0x010802");
    tree.driver("vfio-pci", "none");
    tree.controller(address.toString(), "nvme", 12);
    return tree;
  }

  /** Its functions, which answer to what is stored. */
  public PciBus bus() {
    return new PciBus(root, this, Duration.ofSeconds(3));
  }

  /** What was stored, in order: {@code path=value}. */
  public List<String> stores() {
    return stores;
  }

  /** Loads a driver; the kernel gives it functions of that class. */
  public void driver(String name, String classCode) throws IOException {
    drivers.put(name, classCode);
    write("sys/bus/pci/drivers/" + name + "/unbind", "");
    write("sys/bus/pci/drivers/" + name + "/bind", "");
  }

  /** Adds a function without a driver; answers its directory. */
  public Path function(String address, String classCode) throws IOException {
    Path directory = root.resolve("sys/bus/pci/devices/" + address);
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("class"), classCode + "\n");
    Files.writeString(directory.resolve("vendor"), "0x144d\n");
    Files.writeString(directory.resolve("device"), "0xa80a\n");
    Files.writeString(directory.resolve("subsystem_vendor"), "0x144d\n");
    Files.writeString(directory.resolve("subsystem_device"), "0xa801\n");
    Files.writeString(directory.resolve("numa_node"), "-1\n");
    Files.writeString(directory.resolve("driver_override"), "");
    return directory;
  }

  /** Adds an NVMe controller of an IOMMU group that a driver has; answers its directory. */
  public Path controller(String address, String driver, int group) throws IOException {
    Path function = function(address, "0x010802");
    link(function.resolve("driver"), "../../drivers/" + driver);
    Path groups = root.resolve("sys/kernel/iommu_groups/" + group);
    Files.createDirectories(groups);
    link(function.resolve("iommu_group"), groups.toString());
    return function;
  }

  /** Makes {@code directory} that of a disk with that number, which has a file in /dev. */
  public void disk(String number, Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("dev"), number + "\n");
    Files.writeString(directory.resolve("size"), "1024\n");
    write("dev/" + directory.getFileName(), "");
  }

  /** The same of a partition. */
  public void partition(String number, Path directory) throws IOException {
    disk(number, directory);
    Files.writeString(directory.resolve("partition"), "1\n");
  }

  /**
   * Lets a program have a file below the root open, among others.
   *
   * @param process above 4194304, the kernel's most: no test runs in such a process itself
   */
  public void open(int process, String name, String file) throws IOException {
    write("proc/" + process + "/comm", name + "\n");
    Path descriptors = root.resolve("proc/" + process + "/fd");
    Files.createDirectories(descriptors);
    link(descriptors.resolve("0"), root.resolve("dev/null").toString());
    link(descriptors.resolve("7"), root.resolve(file).toString());
  }

  /** Writes a file below the root. */
  public Path write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** Makes a link. */
  public void link(Path from, String to) throws IOException {
    Files.createSymbolicLink(from, Path.of(to));
  }

  @Override
  public void store(Path attribute, String value) throws IOException {
    Files.writeString(
        attribute, value, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    stores.add(root.relativize(attribute) + "=" + value.replace("\n", "\\n"));
    Path devices = root.resolve("sys/bus/pci/devices");
    switch (attribute.getFileName().toString()) {
      case "unbind" -> Files.delete(devices.resolve(value).resolve("driver"));
      case "bind" -> bind(devices.resolve(value), attribute.getParent().getFileName().toString());
      case "drivers_probe" -> probe(devices.resolve(value));
      default -> {}
    }
  }

  private void probe(Path function) throws IOException {
    if (Files.exists(function.resolve("driver")) || early-- > 0) {
      return;
    }
    String override = Files.readString(function.resolve("driver_override")).strip();
    String code = Files.readString(function.resolve("class")).strip();
    drivers.forEach(
        (name, type) -> {
          boolean chosen = override.isEmpty() ? type.equals(code) : override.equals(name);
          if (chosen && !refusing.contains(name)) {
            try {
              bind(function, name);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  private void bind(Path function, String driver) throws IOException {
    link(function.resolve("driver"), "../../drivers/" + driver);
  }
}

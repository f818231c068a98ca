package io.vireo.linux.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A PCI function as it was when it was looked at.
 *
 * @param address where it is
 * @param classCode base class, sub-class and programming interface: 0x010802 is {@link #NVME}
 * @param vendor who made it
 * @param device what it is
 * @param subsystemVendor who made the board
 * @param subsystemDevice what the board is
 * @param numaNode which node it is near to; none where there is only one
 * @param driver the kernel's driver that has it
 * @param iommuGroup its IOMMU group; none without an IOMMU
 */
public record PciFunction(
    PciAddress address,
    int classCode,
    int vendor,
    int device,
    int subsystemVendor,
    int subsystemDevice,
    OptionalInt numaNode,
    Optional<String> driver,
    OptionalInt iommuGroup) {
  /** Class code of NVM Express controllers (NVM Express over PCIe, 3.8.1.1.4). */
  public static final int NVME = 0x010802;

  /**
   * Reads what is in a function's directory of sysfs.
   *
   * @throws java.nio.file.NoSuchFileException when the function has gone
   */
  static PciFunction read(PciAddress address, Path directory) throws IOException {
    return new PciFunction(
        address,
        Sysfs.number(directory.resolve("class")),
        Sysfs.number(directory.resolve("vendor")),
        Sysfs.number(directory.resolve("device")),
        Sysfs.number(directory.resolve("subsystem_vendor")),
        Sysfs.number(directory.resolve("subsystem_device")),
        numaNode(directory.resolve("numa_node")),
        Sysfs.link(directory.resolve("driver")),
        iommuGroup(directory.resolve("iommu_group")));
  }

  private static OptionalInt numaNode(Path file) throws IOException {
    int node = Files.exists(file) ? Sysfs.number(file) : -1; // no file: a kernel without NUMA
    return node < 0 ? OptionalInt.empty() : OptionalInt.of(node);
  }

  private static OptionalInt iommuGroup(Path link) throws IOException {
    Optional<String> name = Sysfs.link(link);
    return name.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(Sysfs.parse(link, name.orElseThrow()));
  }

  /** Whether it is an NVMe controller. */
  public boolean isNvme() {
    return classCode == NVME;
  }
}

package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import io.vireo.nvme.pcie.Access;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How controllers are got at. */
public final class DriveOptions {
  @Option(
      names = "--physical",
      description =
          "without an IOMMU, through sysfs: the controller could reach all memory of the machine")
  private boolean physical;

  public Access access() {
    return physical ? Access.PHYSICAL : Access.VFIO;
  }

  /** Takes an address as it is written on the command line. */
  public static final class Address implements ITypeConverter<PciAddress> {
    @Override
    public PciAddress convert(String text) {
      try {
        return PciAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}

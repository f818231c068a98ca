package io.vireo.nvme.pcie;

/** How a function is got at, and what it can reach then. */
public enum Access {
  /** Through VFIO: the IOMMU lets it reach what is registered, and nothing else. */
  VFIO,

  /**
   * Through sysfs, on a machine without an IOMMU: it could reach all memory, and is told where huge
   * pages are. No interrupts. Only for those who ask for it.
   */
  PHYSICAL
}

package io.vireo.bdev.nvme;

/** Where controllers are. Control threads. */
interface DriveBus extends AutoCloseable {
  /**
   * Takes a controller's function for this process.
   *
   * @param address as an operator writes it
   * @param withoutIommu allows one that no IOMMU keeps from other memory
   * @throws RuntimeException with a sentence: there is none, it is in use, it cannot be reached
   */
  DriveFunction open(String address, boolean withoutIommu);

  @Override
  void close();
}

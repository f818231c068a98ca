package io.vireo.nvme.pcie;

import io.vireo.linux.pci.PciDevice;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.MemoryMap;
import java.io.IOException;

/**
 * Devices that see this process's memory at the same addresses. Follows the registry while there
 * are any. Called under the domain's lock.
 */
interface AddressSpace extends AutoCloseable {
  /**
   * Opens a function; its memory access and its access to memory are off.
   *
   * @throws PciException with what to do when it cannot be had, and the state is as before
   */
  PciDevice open(PciFunction function) throws IOException;

  /** Whether the function's IOMMU group is open for another one of it. */
  boolean hasGroup(PciFunction function);

  /** Closes what was opened; it is the last thing that is done with it. */
  void close(PciFunction function, PciDevice device);

  /** Where the devices see memory, while one is open. */
  MemoryMap addresses();

  /** Memory that they see. */
  DmaHeap heap();

  /** Gives the heap back; nothing is open any more. */
  @Override
  void close();
}

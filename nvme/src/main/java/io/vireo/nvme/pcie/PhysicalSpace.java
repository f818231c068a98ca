package io.vireo.nvme.pcie;

import io.vireo.linux.pci.PciDevice;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PhysicalMemory;
import io.vireo.linux.pci.SysfsDevice;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.memreg.PhysicalMapping;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Physical addresses, of memory of our own that is made of huge pages. A guest's is never reached,
 * whatever its pages are: nothing would keep them when the front-end frees them, and a drive
 * without an IOMMU would then write to whoever has them next. Its data are copied.
 */
final class PhysicalSpace implements AddressSpace {
  /** Huge pages are few: blocks of the heap are small, and none is kept. */
  private static final long BLOCK_BYTES = 4L << 20;

  private static final long MAX_BYTES = 1L << 30;

  private final Path root;
  private final MemoryRegistry registry = new MemoryRegistry(); // of the heap alone
  private final DmaHeap heap;
  private PhysicalMemory memory; // null: no function is open
  private PhysicalMapping mapping; // null likewise
  private int functions;

  PhysicalSpace(Path root) {
    this.root = root;
    HostMemory.HugePages huge = HostMemory.HugePages.REQUIRE;
    this.heap =
        new DmaHeap(registry, new DmaHeap.Options("dma-huge", huge, BLOCK_BYTES, 0, MAX_BYTES));
  }

  @Override
  public PciDevice open(PciFunction function) throws IOException {
    PciDevice device = SysfsDevice.open(root, function.address(), false);
    try {
      if (functions == 0) {
        subscribe();
      }
      functions++;
      return device;
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private void subscribe() {
    memory = PhysicalMemory.open(root);
    try {
      PhysicalMapping wanted = new PhysicalMapping(memory);
      registry.subscribe(wanted);
      mapping = wanted;
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public boolean hasGroup(PciFunction function) {
    return false;
  }

  @Override
  public void close(PciFunction function, PciDevice device) {
    try {
      device.close();
    } finally {
      functions--;
      if (functions == 0) {
        try {
          registry.unsubscribe(mapping);
        } finally {
          mapping = null;
          memory.close();
        }
      }
    }
  }

  @Override
  public MemoryMap addresses() {
    return mapping.addresses();
  }

  @Override
  public DmaHeap heap() {
    return heap;
  }

  @Override
  public void close() {
    heap.close();
  }
}

package io.vireo.nvme.pcie;

import io.vireo.linux.Errno;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciDevice;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.MemoryRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all NVMe controllers of a process share: whatever is in its registry, those behind an IOMMU
 * reach where it lies, present memory and future; this pins it.
 *
 * <p>Costs nothing until a function is attached. Any control thread.
 */
public final class DmaDomain implements AutoCloseable {
  private final PciBus bus;
  private final AddressSpace vfio;
  private final AddressSpace physical;
  private final Map<PciAddress, PcieFunction> attached = new TreeMap<>(); // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   * @param registry of the memory that controllers behind an IOMMU may reach; without one they
   *     reach {@link #heap} alone
   */
  public DmaDomain(Path root, MemoryRegistry registry) {
    this.bus = new PciBus(root);
    this.vfio = new VfioSpace(registry);
    this.physical = new PhysicalSpace(root);
  }

  /**
   * Takes a controller for this process; its registers can be reached afterwards, and it does no
   * DMA.
   *
   * @throws PciException with a sentence when it is not there, is no NVMe controller, is in use or
   *     cannot be reached: with what to do; nothing has changed then
   * @throws io.vireo.linux.ErrnoException likewise, when the kernel refused something
   */
  public synchronized PcieFunction attach(PciAddress address, Access access) {
    if (closed) {
      throw new IllegalStateException("DMA domain is closed");
    }
    if (attached.containsKey(address)) {
      throw new PciException(Errno.EBUSY, address + " is attached already");
    }
    try {
      AddressSpace space = space(access);
      PciFunction function = check(address, space);
      PciDevice device = space.open(function);
      try {
        PcieFunction taken = PcieFunction.of(this, access, function, device);
        attached.put(address, taken);
        return taken;
      } catch (RuntimeException | Error e) {
        space.close(function, device);
        throw e;
      }
    } catch (IOException e) {
      throw new PciException(Errno.EIO, "%s cannot be looked at: %s".formatted(address, e));
    }
  }

  private PciFunction check(PciAddress address, AddressSpace space) throws IOException {
    PciFunction function = bus.present(address);
    if (!function.isNvme()) {
      throw new PciException(
          Errno.EINVAL,
          "%s is no NVMe controller: its class is %06x, not %06x"
              .formatted(address, function.classCode(), PciFunction.NVME));
    }
    if (!space.hasGroup(function)) {
      bus.requireUnused(address);
    }
    return function;
  }

  /** The functions that are attached, in the order of their addresses. */
  public synchronized List<PcieFunction> attached() {
    return List.copyOf(attached.values());
  }

  synchronized void detach(PcieFunction function) {
    attached.remove(function.address());
    space(function.access()).close(function.function(), function.device());
  }

  AddressSpace space(Access access) {
    return access == Access.VFIO ? vfio : physical;
  }

  /** Memory that controllers with that access reach; grows by itself. */
  public DmaHeap heap(Access access) {
    return space(access).heap();
  }

  /**
   * Gives the heaps back; a second time does nothing.
   *
   * @throws IllegalStateException when functions are attached, or memory of a heap is in use
   */
  @Override
  public synchronized void close() {
    if (!attached.isEmpty()) {
      throw new IllegalStateException(attached.keySet() + " are still attached");
    }
    closed = true;
    vfio.close();
    physical.close();
  }
}

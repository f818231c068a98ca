package io.vireo.nvme.pcie;

import io.vireo.linux.Errno;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciDevice;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.vfio.VfioContainer;
import io.vireo.linux.vfio.VfioDevice;
import io.vireo.linux.vfio.VfioGroup;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.IommuMapping;
import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemoryRegistry;
import java.util.HashMap;
import java.util.Map;

/**
 * The address space of a VFIO container. It is there from the first function to the last one: a
 * container has no IOMMU without a group in it.
 */
final class VfioSpace implements AddressSpace {
  private static final String DRIVER = "vfio-pci";

  private final MemoryRegistry registry;
  private final DmaHeap heap;
  private final Map<Integer, OpenGroup> groups = new HashMap<>();
  private VfioContainer container; // null: no function is open
  private IommuMapping mapping; // null likewise

  /** A group, and how many of its functions are open. */
  private static final class OpenGroup {
    private final VfioGroup group;
    private int functions;

    private OpenGroup(VfioGroup group) {
      this.group = group;
    }
  }

  VfioSpace(MemoryRegistry registry) {
    this.registry = registry;
    this.heap = new DmaHeap(registry, DmaHeap.Options.defaults("dma"));
  }

  @Override
  public PciDevice open(PciFunction function) {
    int number = group(function);
    OpenGroup joined = groups.get(number);
    if (joined == null) {
      joined = new OpenGroup(joinFor(function.address(), number));
      groups.put(number, joined);
    }
    joined.functions++;
    try {
      return VfioDevice.open(joined.group, function.address());
    } catch (RuntimeException e) {
      leave(number);
      throw e;
    }
  }

  @Override
  public boolean hasGroup(PciFunction function) {
    return function.iommuGroup().isPresent()
        && groups.containsKey(function.iommuGroup().getAsInt());
  }

  private static int group(PciFunction function) {
    String address = function.address().toString();
    int group =
        function
            .iommuGroup()
            .orElseThrow(
                () ->
                    new PciException(
                        Errno.EINVAL,
                        address
                            + " is in no IOMMU group: switch the IOMMU on, in the firmware and in"
                            + " the kernel (of Intel machines: intel_iommu=on)"));
    String bind = "bind it to vfio-pci: vireo pci bind " + address;
    if (function.driver().isEmpty()) {
      throw new PciException(Errno.EINVAL, "%s has no driver; %s".formatted(address, bind));
    }
    if (!function.driver().get().equals(DRIVER)) {
      throw new PciException(
          Errno.EBUSY, "%s is bound to %s; %s".formatted(address, function.driver().get(), bind));
    }
    return group;
  }

  private VfioGroup joinFor(PciAddress address, int number) {
    try {
      return join(number);
    } catch (PciException e) { // which names the group at most
      throw new PciException(e.errno(), "%s: %s".formatted(address, e.getMessage()));
    }
  }

  /** The first group brings the IOMMU, into which everything registered is then mapped. */
  private VfioGroup join(int number) {
    boolean first = container == null;
    if (first) {
      container = VfioContainer.open();
    }
    try {
      VfioGroup group = VfioGroup.open(number, container);
      try {
        if (first) {
          subscribe();
        }
        return group;
      } catch (RuntimeException e) {
        group.close();
        throw e;
      }
    } catch (RuntimeException e) {
      if (first) {
        container.close();
        container = null;
      }
      throw e;
    }
  }

  private void subscribe() {
    IommuMapping wanted = new IommuMapping(container);
    registry.subscribe(wanted);
    mapping = wanted;
  }

  @Override
  public void close(PciFunction function, PciDevice device) {
    try {
      device.close();
    } finally {
      leave(function.iommuGroup().orElseThrow());
    }
  }

  private void leave(int number) {
    OpenGroup left = groups.get(number);
    left.functions--;
    if (left.functions > 0) {
      return;
    }
    groups.remove(number);
    try {
      if (groups.isEmpty()) {
        registry.unsubscribe(mapping); // while there is an IOMMU
      }
    } finally {
      left.group.close();
      if (groups.isEmpty()) {
        mapping = null;
        container.close();
        container = null;
      }
    }
  }

  @Override
  public MemoryMap addresses() {
    return mapping.iovas();
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

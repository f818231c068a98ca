package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.DEVICE_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_FLAGS_PCI;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_FLAGS_RESET;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_GET_INFO;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_RESET;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_MSIX_IRQ_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_PCI_REQ_IRQ_INDEX;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciConfig;
import io.vireo.linux.pci.PciDevice;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A PCI function of an IOMMU group: its registers, configuration space, interrupts and reset.
 *
 * <p>Opening and closing it resets it. Its descriptor must be closed before the function can leave,
 * also when the kernel or an administrator wants it to: see {@link #onRequest}.
 */
public final class VfioDevice implements PciDevice {
  private final PciAddress address;
  private final int fd;
  private final int flags;
  private final VfioIrqs irqs;
  private final PciConfig config;
  private boolean msix;
  private boolean closed;

  private VfioDevice(PciAddress address, int fd, int flags) {
    this.address = address;
    this.fd = fd;
    this.flags = flags;
    irqs = new VfioIrqs(fd, address);
    config = new PciConfig(fd, VfioRegion.config(fd).offset(), address);
  }

  /** Opens the function {@code address} of a group that has joined a container. */
  public static VfioDevice open(VfioGroup group, PciAddress address) {
    int fd = group.device(address);
    try (Arena arena = Arena.ofConfined()) {
      long info = arena.allocate(DEVICE_INFO_BYTES, 8).address();
      Mem.putInt(info + ARGSZ, DEVICE_INFO_BYTES);
      check(VfioAbi.ioctl(fd, VFIO_DEVICE_GET_INFO, info), "ioctl", "VFIO_DEVICE_GET_INFO");
      int flags = Mem.getInt(info + FLAGS);
      if ((flags & VFIO_DEVICE_FLAGS_PCI) == 0) {
        throw new IllegalStateException(address + " is no PCI function for VFIO");
      }
      return new VfioDevice(address, fd, flags);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  @Override
  public PciAddress address() {
    return address;
  }

  @Override
  public PciConfig config() {
    return config;
  }

  @Override
  public long barBytes(int bar) {
    return VfioRegion.bar(fd, bar).bytes();
  }

  @Override
  public MappedBar mapBar(int bar) {
    return VfioRegion.bar(fd, bar).map(fd, address);
  }

  @Override
  public int msixVectors() {
    return irqs.count(VFIO_PCI_MSIX_IRQ_INDEX);
  }

  @Override
  public void enableMsix(List<EventFd> vectors) {
    disableMsix(); // the kernel does not take more vectors than there were
    irqs.set(VFIO_PCI_MSIX_IRQ_INDEX, vectors);
    msix = true;
  }

  @Override
  public void disableMsix() {
    if (msix) {
      irqs.clear(VFIO_PCI_MSIX_IRQ_INDEX);
      msix = false;
    }
  }

  @Override
  public boolean onRequest(EventFd event) {
    irqs.set(VFIO_PCI_REQ_IRQ_INDEX, List.of(event));
    return true;
  }

  @Override
  public boolean resettable() {
    return (flags & VFIO_DEVICE_FLAGS_RESET) != 0;
  }

  @Override
  public void reset() {
    long result = VfioAbi.ioctl(fd, VFIO_DEVICE_RESET, 0);
    if (result == -Errno.EINVAL || result == -Errno.ENOTTY) {
      throw new ErrnoException(
          "ioctl",
          (int) -result,
          "VFIO_DEVICE_RESET of " + address,
          "the function has no reset of its own");
    }
    check(result, "ioctl", "VFIO_DEVICE_RESET of " + address);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}

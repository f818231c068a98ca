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
import io.vireo.linux.pci.PciAddress;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A PCI function of an IOMMU group: its registers, configuration space, interrupts and reset.
 *
 * <p>Opening and closing it resets it. Its descriptor must be closed before the function can leave,
 * also when the kernel or an administrator wants it to: see {@link #onRequest}.
 */
public final class VfioDevice implements AutoCloseable {
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

  public PciAddress address() {
    return address;
  }

  /** Its configuration space. */
  public PciConfig config() {
    return config;
  }

  /** How long a base address register's memory is; 0 when the function has no such register. */
  public long barBytes(int bar) {
    return VfioRegion.bar(fd, bar).bytes();
  }

  /**
   * Maps the memory behind a base address register; whoever maps it also closes it, before the
   * device.
   *
   * @param bar 0 to 5
   */
  public MappedBar mapBar(int bar) {
    return MappedBar.map(fd, VfioRegion.bar(fd, bar), address);
  }

  /** How many MSI-X vectors it has; 0 when it has none. */
  public int msixVectors() {
    return irqs.count(VFIO_PCI_MSIX_IRQ_INDEX);
  }

  /**
   * Switches MSI-X on with an eventfd for each of the first vectors; replaces what was set before.
   * A device may look at its table only when it is enabled, so do it before that.
   */
  public void enableMsix(List<EventFd> vectors) {
    disableMsix(); // the kernel does not take more vectors than there were
    irqs.set(VFIO_PCI_MSIX_IRQ_INDEX, vectors);
    msix = true;
  }

  /** Switches MSI-X off; nothing when it is off. */
  public void disableMsix() {
    if (msix) {
      irqs.clear(VFIO_PCI_MSIX_IRQ_INDEX);
      msix = false;
    }
  }

  /** Signals {@code event}, every few seconds, when the function is wanted back. */
  public void onRequest(EventFd event) {
    irqs.set(VFIO_PCI_REQ_IRQ_INDEX, List.of(event));
  }

  /** Whether the function can be reset alone. */
  public boolean resettable() {
    return (flags & VFIO_DEVICE_FLAGS_RESET) != 0;
  }

  /**
   * Resets the function; it then has no state, and no DMA of before goes on. Its memory cannot be
   * reached for the time being. Configuration space is as before.
   */
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

  /** Closes it; a second time does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}

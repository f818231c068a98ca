package io.vireo.nvme.pcie;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Numa;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciConfig;
import io.vireo.linux.pci.PciDevice;
import io.vireo.linux.pci.PciException;
import io.vireo.linux.pci.PciFunction;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.HeapMemory;
import io.vireo.nvme.transport.IovaMap;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.PageTable;
import io.vireo.nvme.transport.PcieTransport;
import java.util.List;

/**
 * A PCI function that was taken for this process, and the way to the NVMe controller behind it. It
 * stays over resets of the controller. One control thread at a time.
 */
public final class PcieFunction implements AutoCloseable {
  private static final int BAR = 0;
  private static final int NO_DEVICE = -1;

  private final DmaDomain domain;
  private final Access access;
  private final PciFunction function;
  private final PciDevice device;
  private final MappedBar bar;
  private final EventFd request;
  private final boolean asked;
  private final IovaMap map;
  private final DmaMemory memory;
  private final PcieTransport transport;
  private boolean wanted;
  private volatile boolean closed; // read by whoever cuts it off

  private PcieFunction(
      DmaDomain domain,
      Access access,
      PciFunction function,
      PciDevice device,
      MappedBar bar,
      EventFd request) {
    this.domain = domain;
    this.access = access;
    this.function = function;
    this.device = device;
    this.bar = bar;
    this.request = request;
    this.asked = device.onRequest(request);
    AddressSpace space = domain.space(access);
    this.map = new PageTable(space.addresses());
    this.memory = new HeapMemory(space.heap(), function.numaNode().orElse(Numa.ANY_NODE));
    this.transport = new PcieTransport(bar.address(), bar.mappedBytes(0), map, memory);
  }

  /** Lets the device answer and reach memory. Whoever opened the device closes it on failure. */
  static PcieFunction of(DmaDomain domain, Access access, PciFunction function, PciDevice device) {
    device.config().enable();
    MappedBar bar = map(device);
    try {
      EventFd request = EventFd.create();
      try {
        return new PcieFunction(domain, access, function, device, bar, request);
      } catch (RuntimeException | Error e) {
        request.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      bar.close();
      throw e;
    }
  }

  private static MappedBar map(PciDevice device) {
    MappedBar bar;
    try {
      bar = device.mapBar(BAR);
    } catch (IllegalArgumentException e) {
      throw new PciException(Errno.EIO, e.getMessage());
    }
    long least = Registers.DOORBELLS + 2L * Integer.BYTES; // those of the admin queue
    long mapped = bar.mappedBytes(0);
    if (mapped < least) {
      bar.close();
      throw new PciException(
          Errno.EIO,
          "only %d bytes of BAR 0 of %s can be mapped; registers and doorbells need %d"
              .formatted(mapped, device.address(), least));
    }
    return bar;
  }

  public PciAddress address() {
    return function.address();
  }

  /** What it was when it was taken. */
  public PciFunction function() {
    return function;
  }

  /**
   * Its configuration space (PCI Express Base 7.5): 256 or 4096 bytes. Any thread.
   *
   * @throws ErrnoException ENODEV when it has been given back
   */
  public synchronized byte[] configuration() {
    if (closed) {
      throw new ErrnoException("pread", Errno.ENODEV, "of the configuration of " + address());
    }
    return device.config().bytes();
  }

  public Access access() {
    return access;
  }

  /** The way to the controller. */
  public NvmeTransport transport() {
    return transport;
  }

  /** Memory for its queues, near to it if possible. */
  public DmaMemory memory() {
    return memory;
  }

  /** Where it sees memory of this process. */
  public IovaMap map() {
    return map;
  }

  /** How many MSI-X vectors it can signal; 0 when it has none, or they cannot be had. */
  public int msixVectors() {
    return device.msixVectors();
  }

  /** Has vector i signal {@code vectors.get(i)}; before the controller is enabled. */
  public void enableMsix(List<EventFd> vectors) {
    device.enableMsix(vectors);
  }

  /** Switches MSI-X off; nothing when it is off. */
  public void disableMsix() {
    device.disableMsix();
  }

  /** Whether the kernel or an administrator has asked for it: it is to be closed soon. */
  public boolean wantedBack() {
    if (asked && !wanted && !closed) {
      wanted = request.drain() > 0;
    }
    return wanted;
  }

  /**
   * Becomes readable when it is {@link #wantedBack}; never when nobody asks here.
   *
   * @return a descriptor that stays this function's
   */
  public int requestFd() {
    return request.fd();
  }

  /**
   * Ends the controller's access to memory, whatever it says itself, by a reset of the function:
   * for one that does not obey. Its queues are then forgotten. It can be enabled anew, unless the
   * function has no reset. One that is gone, or was given back, has no access to anything.
   *
   * @throws ErrnoException when the kernel could not do it
   */
  public void stop() {
    end(true);
  }

  /**
   * The same, for good: for the end of the process, when another thread may be about to enable the
   * controller. Any thread.
   */
  public void cutOff() {
    end(false);
  }

  private void end(boolean canGoOn) {
    if (closed || !isPresent()) {
      return; // a reset of what is gone would wait for it, for a minute
    }
    try {
      device.config().disableMaster();
      if (device.resettable()) {
        device.reset(); // which leaves the bit of the bus master as it was
        if (canGoOn) {
          device.config().enable();
        }
      }
    } catch (ErrnoException | PciException | IllegalStateException e) {
      if (isPresent()) {
        throw e;
      }
    }
  }

  /** By a register that VFIO reads from the device; the vendor's number is a copy there. */
  private boolean isPresent() {
    try {
      return device.config().read32(PciConfig.CLASS_REVISION) != NO_DEVICE;
    } catch (ErrnoException | IllegalStateException e) {
      return false;
    }
  }

  PciDevice device() {
    return device;
  }

  /**
   * Gives it back, when nobody uses its transport any more; a second time does nothing. Its access
   * to memory has ended when this returns.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      bar.close();
    } finally {
      try {
        domain.detach(this); // whose kernel may signal the eventfd until then
      } finally {
        transport.close();
        request.close();
      }
    }
  }
}

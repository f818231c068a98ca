package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.Uevent;
import io.vireo.linux.pci.Uevents;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows drives that come and go, as the kernel tells of them: one that is given to vfio-pci is
 * attached as {@code HotInNvme0}, {@code HotInNvme1}, ...; one that was pulled out is detached. Any
 * control thread; looks on a thread of its own.
 */
final class HotPlug implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HotPlug.class);
  private static final String DRIVER = "vfio-pci";
  private static final long DEFAULT_PERIOD_US = 100_000;
  private static final long MAX_PERIOD_US = 10_000_000;

  private final NvmeDrives drives;
  private final Supplier<Uevents> kernel;
  private NvmeSetHotplug set = new NvmeSetHotplug(false, 0);
  private DriveThread thread; // null: disabled, as is the next
  private Uevents events;

  /**
   * @param kernel opens what it tells
   */
  HotPlug(NvmeDrives drives, Supplier<Uevents> kernel) {
    this.drives = drives;
    this.kernel = kernel;
  }

  /**
   * Begins, ends or looks more or less often.
   *
   * @throws BdevException EINVAL for a period that cannot be
   */
  synchronized void set(NvmeSetHotplug p) {
    if (p.period_us() < 0 || p.period_us() > MAX_PERIOD_US) {
      throw BdevException.invalid(
          "period_us %d is not between 0 and %d".formatted(p.period_us(), MAX_PERIOD_US));
    }
    Uevents source = p.enable() ? kernel.get() : null; // when that fails it stays as it was
    close();
    if (source != null) {
      events = source;
      thread = new DriveThread("nvme hotplug");
      thread.every(() -> look(source), p.period_us() == 0 ? DEFAULT_PERIOD_US : p.period_us());
    }
    set = p;
  }

  /** What was set. */
  synchronized NvmeSetHotplug parameters() {
    return set;
  }

  private void look(Uevents source) {
    if (!source.drain(this::happened)) {
      log.warn("the kernel had more to tell of devices than could be taken; some is lost");
    }
  }

  /** What the kernel tells of a function. */
  void happened(Uevent event) {
    Optional<PciAddress> address = event.pciAddress();
    if (address.isEmpty()) {
      return;
    }
    String traddr = address.orElseThrow().toString();
    if (event.action().equals("remove")) {
      drives.at(traddr).ifPresent(NvmeDrive::removed);
    } else if (event.action().equals("bind") && isOurs(event) && drives.at(traddr).isEmpty()) {
      attach(traddr);
    }
  }

  private static boolean isOurs(Uevent event) {
    String classCode = event.variables().getOrDefault("PCI_CLASS", "");
    return event.driver().equals(Optional.of(DRIVER))
        && classCode.equalsIgnoreCase(Integer.toHexString(PciFunction.NVME));
  }

  private void attach(String traddr) {
    try {
      NvmeDrive drive = drives.attach(new NvmeAttach(drives.freeName(), traddr));
      log.info("{} has come and is attached as {}", traddr, drive.name());
    } catch (RuntimeException e) {
      log.warn("{} has come and cannot be attached: {}", traddr, e.getMessage());
    }
  }

  /** Ends the looking. */
  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.run(() -> {}); // after what it is doing
      thread.close();
      events.close();
      thread = null;
    }
  }
}

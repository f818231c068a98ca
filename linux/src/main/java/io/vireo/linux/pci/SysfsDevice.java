package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A PCI function driven without VFIO, on a machine without an IOMMU: by the files that sysfs has of
 * it. There are no interrupts, and nobody asks before it goes.
 *
 * <p>Nothing confines such a device: it is told physical addresses ({@link PhysicalMemory}), and a
 * mistake in one overwrites memory of anybody. Only for those who ask for it. Opening and closing
 * it resets it; when the process is killed it may go on to read and write what was its memory.
 */
public final class SysfsDevice implements PciDevice {
  /** The one driver of the kernel that leaves a function alone. */
  public static final String UIO = "uio_pci_generic";

  private static final int BARS = 6;
  private static final int PAGE_BYTES = 4096;
  private static final int BASE = 16;

  /** A line of {@code resource}: begin, end, flags. */
  private static final int BEGIN = 0;

  private static final int END = 1;
  private static final int FLAGS = 2;
  private static final long IORESOURCE_MEM = 0x200;

  private final PciAddress address;
  private final Path directory;
  private final int lock;
  private final int configFile;
  private final PciConfig config;
  private final boolean switchedOn;
  private boolean closed;

  private SysfsDevice(
      PciAddress address, Path directory, int lock, int configFile, boolean switchedOn) {
    this.address = address;
    this.directory = directory;
    this.lock = lock;
    this.configFile = configFile;
    this.config = new PciConfig(configFile, 0, address);
    this.switchedOn = switchedOn;
  }

  /**
   * Opens a function that has no driver, or {@link #UIO}.
   *
   * @param root where {@code sys} is: {@code /}
   * @param despiteIommu also one that VFIO could drive; the IOMMU then has to let physical
   *     addresses through (iommu=pt)
   * @throws PciException with a sentence when it cannot be had
   */
  public static SysfsDevice open(Path root, PciAddress address, boolean despiteIommu)
      throws IOException {
    PciBus bus = new PciBus(root);
    PciFunction function = bus.present(address);
    String driver = function.driver().orElse(UIO);
    if (!driver.equals(UIO)) {
      throw new PciException(
          Errno.EBUSY,
          "%s is bound to %s; give it to no driver or to %s".formatted(address, driver, UIO));
    }
    if (function.iommuGroup().isPresent() && !despiteIommu) {
      throw new PciException(
          Errno.EINVAL,
          "%s is behind an IOMMU (group %d): bind it to vfio-pci, which is safe"
              .formatted(address, function.iommuGroup().getAsInt()));
    }
    Path directory = bus.directory(address).toRealPath();
    int lock = Libc.open(directory.toString(), Libc.O_RDONLY, 0);
    try {
      if (!Libc.tryLock(lock)) {
        throw new PciException(
            Errno.EBUSY, address + " is in use, by another program or by this one");
      }
      return open(address, directory, lock, function.driver().isEmpty());
    } catch (IOException | RuntimeException e) {
      Libc.close(lock);
      throw e;
    }
  }

  private static SysfsDevice open(PciAddress address, Path directory, int lock, boolean switchOn)
      throws IOException {
    int config = Libc.open(directory.resolve("config").toString(), Libc.O_RDWR, 0);
    try {
      if (switchOn) { // a driver has done it otherwise
        Sysfs.store(directory.resolve("enable"), "1");
      }
      SysfsDevice device = new SysfsDevice(address, directory, lock, config, switchOn);
      device.quieten();
      return device;
    } catch (IOException | RuntimeException e) {
      Libc.close(config);
      throw e;
    }
  }

  /** No DMA of whoever had it before, or of us, goes on. */
  private void quieten() {
    config.disableMaster();
    if (resettable()) {
      reset();
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
    long[] resource = resource(bar);
    return resource[END] == 0 ? 0 : resource[END] - resource[BEGIN] + 1;
  }

  private long[] resource(int bar) {
    Path file = directory.resolve("resource");
    try {
      String line = Files.readAllLines(file).get(Objects.checkIndex(bar, BARS));
      String[] numbers = line.split(" ", -1);
      long[] resource = new long[FLAGS + 1];
      for (int i = 0; i < resource.length; i++) {
        resource[i] = Long.parseUnsignedLong(numbers[i].substring("0x".length()), BASE);
      }
      return resource;
    } catch (IOException e) {
      throw new PciException(Errno.ENODEV, "%s has gone: %s".formatted(address, e.getMessage()));
    }
  }

  @Override
  public MappedBar mapBar(int bar) {
    long bytes = barBytes(bar);
    boolean memory = (resource(bar)[FLAGS] & IORESOURCE_MEM) != 0;
    MappedBar.check(address, bar, bytes, memory && bytes % PAGE_BYTES == 0);
    Path file = directory.resolve("resource" + bar);
    int fd = Libc.open(file.toString(), Libc.O_RDWR, 0);
    try {
      return MappedBar.map(fd, 0, bytes, List.of(new MappedBar.Area(0, bytes)));
    } catch (ErrnoException e) {
      throw e.errno() == Errno.EPERM
          ? new ErrnoException(
              "mmap", Errno.EPERM, "of " + file, "the kernel is locked down (Secure Boot)")
          : e;
    } finally {
      Libc.close(fd);
    }
  }

  /** None: the kernel signals them to drivers of its own only. */
  @Override
  public int msixVectors() {
    return 0;
  }

  @Override
  public void enableMsix(List<EventFd> vectors) {
    throw new IllegalArgumentException(
        "%d eventfds for the 0 vectors of %s, which is driven without VFIO"
            .formatted(vectors.size(), address));
  }

  @Override
  public void disableMsix() {
    // It is never on.
  }

  @Override
  public boolean onRequest(EventFd event) {
    return false;
  }

  @Override
  public boolean resettable() {
    return Files.exists(directory.resolve("reset"));
  }

  @Override
  public void reset() {
    try {
      Sysfs.store(directory.resolve("reset"), "1");
    } catch (IOException e) {
      throw new PciException(
          Errno.EIO, "%s cannot be reset: %s".formatted(address, e.getMessage()));
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      quieten();
      if (switchedOn) {
        Sysfs.store(directory.resolve("enable"), "0");
      }
    } catch (IOException | PciException | ErrnoException e) {
      // It has gone: there is nothing to be quiet.
    } finally {
      Libc.close(configFile);
      Libc.close(lock);
    }
  }
}

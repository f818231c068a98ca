package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The PCI functions of a machine, and which driver has which. */
public final class PciBus {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PAUSE_NS = 10_000_000;

  /** Drivers that do no DMA, so that a program can have the others of a group. */
  private static final Set<String> HARMLESS = Set.of("vfio-pci", "pci-stub", "pcieport");

  private final Path bus;
  private final DiskUse disks;
  private final ProgramUse programs;
  private final Sysfs.Store store;
  private final Duration patience;

  /**
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   */
  public PciBus(Path root) {
    this(root, Sysfs::store, PATIENCE);
  }

  /**
   * @param store does what the kernel does when something is stored to one of its attributes
   * @param patience how long a driver may take to let go of a function; a tenth of it for the
   *     kernel to give it to another
   */
  PciBus(Path root, Sysfs.Store store, Duration patience) {
    this.bus = root.resolve("sys/bus/pci");
    this.disks = new DiskUse(root);
    this.programs = new ProgramUse(root);
    this.store = store;
    this.patience = patience;
  }

  /** All functions that there are, in ascending order of address. */
  public List<PciFunction> functions() throws IOException {
    List<PciAddress> addresses = new ArrayList<>();
    for (Path directory : Sysfs.list(bus.resolve("devices"))) {
      addresses.add(PciAddress.parse(directory.getFileName().toString()));
    }
    addresses.sort(null);
    List<PciFunction> functions = new ArrayList<>();
    for (PciAddress address : addresses) {
      function(address).ifPresent(functions::add);
    }
    return functions;
  }

  /** The function at an address; none when there is none. */
  public Optional<PciFunction> function(PciAddress address) throws IOException {
    try {
      return Optional.of(PciFunction.read(address, directory(address)));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // also when it goes just now
    }
  }

  /** The functions of an IOMMU group, which one program has together. */
  public List<PciFunction> group(int number) throws IOException {
    return functions().stream()
        .filter(function -> function.iommuGroup().equals(OptionalInt.of(number)))
        .toList();
  }

  /**
   * Those of a group that drivers of the kernel have, which keep programs from having it: {@code
   * 0000:01:00.1 (nvme)}.
   */
  public List<String> kernelOwned(int group) throws IOException {
    return group(group).stream()
        .filter(function -> function.driver().isPresent())
        .filter(function -> !HARMLESS.contains(function.driver().get()))
        .map(function -> "%s (%s)".formatted(function.address(), function.driver().get()))
        .toList();
  }

  /** Whether the kernel has a driver of that name now. */
  public boolean hasDriver(String name) {
    return Files.isDirectory(bus.resolve("drivers").resolve(name));
  }

  /** The names of the disks behind a function, while the kernel's driver has it. */
  public List<String> disks(PciAddress address) throws IOException {
    return disks.names(directory(address));
  }

  Path directory(PciAddress address) {
    return bus.resolve("devices").resolve(address.toString());
  }

  /**
   * Who uses a function or the disks behind it: a sentence for each, such as {@code nvme0n1p1 is
   * mounted at /home}. Programs of others are seen by root only.
   *
   * @throws PciException when it cannot be seen, by this user or from this container
   */
  public List<String> users(PciAddress address) throws IOException {
    Optional<PciFunction> function = function(address);
    if (function.isEmpty()) {
      return List.of();
    }
    List<String> users = new ArrayList<>(disks.users(directory(address)));
    users.addAll(
        programs.users(function.get(), directory(address), disks.nodes(directory(address))));
    return users;
  }

  /**
   * Refuses a function that has {@link #users}.
   *
   * @throws PciException EBUSY with a sentence that names them
   */
  public void requireUnused(PciAddress address) throws IOException {
    List<String> users = users(address);
    if (!users.isEmpty()) {
      throw new PciException(
          Errno.EBUSY, "%s is in use: %s".formatted(address, String.join(", ", users)));
    }
  }

  /**
   * Refuses what {@link #bind} would, before anything is changed.
   *
   * @throws PciException with a sentence: it is not there, in use, or out of the driver's reach
   */
  public void requireBindable(PciAddress address, String driver) throws IOException {
    PciFunction function = present(address);
    requireReachable(function, driver);
    requireUnused(address);
  }

  /**
   * Gives a function to a driver, whichever has it now; nothing when that one has it already. A
   * failure leaves it with the driver that it had.
   *
   * @throws PciException with a sentence when it is not there, is in use, or cannot be given
   */
  public void bind(PciAddress address, String driver) throws IOException {
    PciFunction function = present(address);
    if (function.driver().equals(Optional.of(driver))) {
      return;
    }
    requireReachable(function, driver);
    if (!hasDriver(driver)) {
      throw new PciException(
          Errno.ENODEV, "driver %s is not loaded: modprobe %s".formatted(driver, driver));
    }
    unbind(function);
    String before = function.driver().orElse("");
    try {
      if (!takes(address, driver)) {
        throw new PciException(
            Errno.EIO,
            "driver %s does not take %s; the kernel's log (dmesg) may tell why"
                .formatted(driver, address));
      }
    } catch (IOException | PciException e) {
      restore(address, before, e);
      throw e;
    }
  }

  private static void requireReachable(PciFunction function, String driver) {
    if (driver.equals("vfio-pci") && function.iommuGroup().isEmpty()) {
      throw new PciException(
          Errno.EINVAL,
          ("driver vfio-pci cannot take %s: it is in no IOMMU group, so the IOMMU is off in the"
                  + " firmware or in the kernel (of Intel machines: intel_iommu=on)")
              .formatted(function.address()));
    }
  }

  /**
   * Takes a function from its driver, so that it has none.
   *
   * @throws PciException when it is not there, or in use
   */
  public void unbind(PciAddress address) throws IOException {
    unbind(present(address));
  }

  /**
   * Gives a function back to the driver that the kernel itself chooses.
   *
   * @throws PciException when it is not there, or in use
   */
  public void release(PciAddress address) throws IOException {
    unbind(present(address));
    probe(address, "");
  }

  /**
   * The function at an address.
   *
   * @throws PciException ENODEV when there is none
   */
  public PciFunction present(PciAddress address) throws IOException {
    return function(address)
        .orElseThrow(() -> new PciException(Errno.ENODEV, "there is no PCI function " + address));
  }

  private void unbind(PciFunction function) throws IOException {
    PciAddress address = function.address();
    requireUnused(address);
    programs.checkFree(function, directory(address));
    if (function.driver().isPresent()) {
      try (DiskClaims _ = disks.claim(directory(address))) { // nobody mounts one meanwhile
        unbindWithin(address, function.driver().get());
      }
    }
  }

  /**
   * What the kernel was told it does, in its own time: a driver lets go only when nobody has the
   * function open, and no signal interrupts that.
   */
  private void unbindWithin(PciAddress address, String driver) throws IOException {
    Path unbind = bus.resolve("drivers").resolve(driver).resolve("unbind");
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              store.store(unbind, address.toString());
              return null;
            });
    Thread.ofPlatform().daemon().name("vireo-unbind").start(task);
    try {
      task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new PciException(
          Errno.EBUSY,
          "driver %s has not let go of %s within %d s: a program has it open; when that ends, it has no driver"
              .formatted(driver, address, patience.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PciException(
          Errno.EINTR, "interrupted while %s is taken from %s".formatted(address, driver));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * Whether that driver has it now. A function that has just come is given to no driver before the
   * kernel has told everybody of it: it is asked for again for a while.
   */
  private boolean takes(PciAddress address, String driver) throws IOException {
    long deadline = System.nanoTime() + patience.dividedBy(10).toNanos();
    for (long pauseNs = PAUSE_NS; ; pauseNs *= 2) { // a driver may log each time why it refuses
      probe(address, driver);
      Optional<String> now = present(address).driver();
      boolean isOver = System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted();
      if (now.isPresent() || isOver) {
        return now.equals(Optional.of(driver));
      }
      LockSupport.parkNanos(pauseNs);
    }
  }

  /**
   * @param driver the only one that may have it; empty for the kernel's choice
   */
  private void probe(PciAddress address, String driver) throws IOException {
    // An empty store is none: a line end takes the override away.
    store.store(directory(address).resolve("driver_override"), driver.isEmpty() ? "\n" : driver);
    store.store(bus.resolve("drivers_probe"), address.toString());
  }

  private void restore(PciAddress address, String driver, Exception failure) {
    try {
      probe(address, "");
      if (!present(address).driver().orElse("").equals(driver) && !driver.isEmpty()) {
        store.store(bus.resolve("drivers").resolve(driver).resolve("bind"), address.toString());
      }
    } catch (IOException | PciException e) {
      failure.addSuppressed(e);
    }
  }
}

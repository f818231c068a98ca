package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.NameRule;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drives of a target, by name. Any control thread. */
final class NvmeDrives {
  private static final Logger log = LoggerFactory.getLogger(NvmeDrives.class);

  private final BdevRegistry bdevs;
  private final DriveBus bus;
  private final PollClock clock;
  private final Map<String, Optional<NvmeDrive>> drives = new LinkedHashMap<>(); // empty: comes
  private NvmeOptions options = NvmeOptions.DEFAULT;

  NvmeDrives(BdevRegistry bdevs, DriveBus bus, PollClock clock) {
    this.bdevs = bdevs;
    this.bus = bus;
    this.clock = clock;
  }

  /** How drives are driven that are attached from now on. */
  synchronized NvmeOptions options() {
    return options;
  }

  /**
   * Changes the options.
   *
   * @throws BdevException EPERM when there are drives already
   */
  synchronized void options(NvmeOptions next) {
    if (!drives.isEmpty()) {
      throw new BdevException(
          Errno.EPERM,
          "options of NVMe controllers are set before the first one is attached, %s is"
              .formatted(drives.keySet().iterator().next()));
    }
    options = next;
  }

  /**
   * Attaches a controller and registers its namespaces.
   *
   * @throws BdevException EEXIST: the name is taken; EINVAL: parameters make no sense; also what
   *     keeps the controller from being opened
   */
  NvmeDrive attach(NvmeAttach p) {
    NvmeOptions with = OptionsForm.of(p, options());
    String name = p.name();
    reserve(name);
    try {
      DriveFunction function = bus.open(p.traddr(), p.allow_no_iommu());
      NvmeDrive drive = NvmeDrive.attach(p, with, function, bdevs, clock, this::gone);
      present(drive);
      return drive;
    } catch (NvmeException e) {
      forget(name);
      throw new BdevException(Errno.EIO, "%s: %s".formatted(p.traddr(), e.getMessage()));
    } catch (ErrnoException e) {
      forget(name);
      throw new BdevException(
          e.errno(), "%s cannot be had: %s".formatted(p.traddr(), e.triedAndAdvice()));
    } catch (RuntimeException | Error e) {
      forget(name);
      throw e;
    }
  }

  /** One that has gone meanwhile is forgotten instead. */
  private synchronized void present(NvmeDrive drive) {
    if (drive.hasEnded()) {
      forget(drive.name());
    } else {
      drives.put(drive.name(), Optional.of(drive));
    }
  }

  private synchronized void reserve(String name) {
    NameRule.require("controller", name);
    if (drives.putIfAbsent(name, Optional.empty()) != null) {
      throw new BdevException(Errno.EEXIST, "controller %s exists already".formatted(name));
    }
  }

  private synchronized void gone(NvmeDrive drive) {
    drives.remove(drive.name(), Optional.of(drive)); // not one that has its name now
  }

  private synchronized void forget(String name) {
    drives.remove(name);
  }

  /**
   * The drive of that name.
   *
   * @throws BdevException ENODEV when there is none
   */
  synchronized NvmeDrive require(String name) {
    return drives
        .getOrDefault(name, Optional.empty())
        .orElseThrow(
            () ->
                new BdevException(Errno.ENODEV, "there is no NVMe controller %s".formatted(name)));
  }

  /** The drive whose function is at that address. */
  Optional<NvmeDrive> at(String traddr) {
    return all().stream().filter(drive -> drive.isAt(traddr)).findFirst();
  }

  /** Detaches all; one that fails does not keep the others. */
  void close() {
    all().reversed().forEach(NvmeDrives::detach);
    bus.close();
  }

  private static void detach(NvmeDrive drive) {
    try {
      if (drive.state() != DriveState.DELETING) {
        drive.detach();
      }
    } catch (RuntimeException | Error e) {
      log.error("{} could not be detached", drive.name(), e);
    }
    drive.awaitEnd();
  }

  /** All drives, in the order in which they were attached. */
  synchronized List<NvmeDrive> all() {
    List<NvmeDrive> all = new ArrayList<>();
    drives.values().forEach(drive -> drive.ifPresent(all::add));
    return all;
  }

  /** A name that is free, for a drive that was found: {@code HotInNvme0}. */
  synchronized String freeName() {
    int number = 0;
    while (drives.containsKey("HotInNvme" + number)) {
      number++;
    }
    return "HotInNvme" + number;
  }
}

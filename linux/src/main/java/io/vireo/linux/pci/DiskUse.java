package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether anybody uses the disks of a function: as a file system, as swap, below another block
 * device (LVM, RAID, encryption), or in a way that only the kernel sees, such as a mount of a
 * container.
 */
final class DiskUse {
  private static final int MOUNT_DEVICE = 2;
  private static final int MOUNT_POINT = 4;

  private final Path root;

  DiskUse(Path root) {
    this.root = root;
  }

  /** A sentence for each user; none when the disks are free. */
  List<String> users(Path function) throws IOException {
    Set<String> users = new LinkedHashSet<>();
    for (Path disk : disks(function)) {
      int before = users.size();
      use(disk, users);
      for (Path partition : Sysfs.list(disk)) {
        if (Files.exists(partition.resolve("partition"))) {
          use(partition, users);
        }
      }
      if (users.size() == before && claimed(disk.getFileName().toString())) {
        users.add(disk.getFileName() + " is in use by the kernel or another program");
      }
    }
    return List.copyOf(users);
  }

  /** The disks' names. */
  List<String> names(Path function) throws IOException {
    return disks(function).stream().map(disk -> disk.getFileName().toString()).toList();
  }

  /**
   * The directories of the disks: below the function, or below an NVMe subsystem that it joined.
   */
  private List<Path> disks(Path function) throws IOException {
    List<Path> disks = new ArrayList<>();
    for (Path controller : Sysfs.list(function.resolve("nvme"))) {
      addDisks(controller, disks);
      for (Path subsystem : Sysfs.list(root.resolve("sys/class/nvme-subsystem"))) {
        if (Files.exists(subsystem.resolve(controller.getFileName()))) {
          addDisks(subsystem, disks);
        }
      }
    }
    return disks;
  }

  private static void addDisks(Path directory, List<Path> disks) throws IOException {
    for (Path entry : Sysfs.list(directory)) {
      // The character device of a namespace (ng0n1) has a number, but no size.
      if (Files.exists(entry.resolve("dev")) && Files.exists(entry.resolve("size"))) {
        disks.add(entry);
      }
    }
  }

  private void use(Path device, Set<String> users) throws IOException {
    String name = device.getFileName().toString();
    String number = Sysfs.line(device.resolve("dev"));
    String node = "/dev/" + name;
    for (String mount : lines("proc/self/mountinfo")) {
      // Some file systems have numbers of their own: those are found by the source's name.
      String[] fields = mount.split(" ", -1);
      if (fields.length > MOUNT_POINT
          && (fields[MOUNT_DEVICE].equals(number) || mount.contains(" " + node + " "))) {
        users.add(name + " is mounted at " + fields[MOUNT_POINT]);
      }
    }
    for (String swap : lines("proc/swaps")) {
      if (swap.startsWith(node + " ") || swap.startsWith(node + "\t")) {
        users.add(name + " is swap");
      }
    }
    for (Path holder : Sysfs.list(device.resolve("holders"))) {
      users.add(name + " is part of " + holder.getFileName());
    }
  }

  private List<String> lines(String file) throws IOException {
    Path path = root.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /** Whether somebody has a claim on a disk or on one of its partitions (open(2), O_EXCL). */
  private boolean claimed(String name) {
    Path node = root.resolve("dev").resolve(name);
    if (!Files.exists(node)) {
      return false;
    }
    try {
      Libc.close(Libc.open(node.toString(), Libc.O_RDONLY | Libc.O_EXCL, 0));
      return false;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        return true;
      }
      if (e.errno() == Errno.EACCES) {
        throw new PciException(
            Errno.EACCES,
            "whether %s is in use cannot be seen by this user; run as root".formatted(name));
      }
      throw e;
    }
  }
}

package io.vireo.linux.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether anybody uses the disks of a function: as a file system, as swap, below another block
 * device (LVM, RAID, encryption, a loop device), or in a way that only the kernel sees, such as a
 * mount of a container or a second device of a file system.
 */
final class DiskUse {
  private static final int MOUNT_DEVICE = 2;
  private static final int MOUNT_POINT = 4;

  private final Path root;

  DiskUse(Path root) {
    this.root = root;
  }

  /**
   * A sentence for each user; none when the disks are free.
   *
   * @throws PciException when that cannot be seen by this user, or from this container
   */
  List<String> users(Path function) throws IOException {
    Set<String> users = new LinkedHashSet<>();
    for (Path disk : disks(function)) {
      int before = users.size();
      for (Path device : withPartitions(disk)) {
        use(device, users);
      }
      if (users.size() == before && DiskClaims.isClaimed(node(disk))) {
        users.add(disk.getFileName() + " is in use by the kernel or another program");
      }
    }
    return List.copyOf(users);
  }

  /** Keeps the disks free until that is closed. */
  DiskClaims claim(Path function) throws IOException {
    return new DiskClaims(disks(function).stream().map(this::node).toList());
  }

  /**
   * The files in {@code /dev} through which programs do I/O: of the disks, of their partitions, and
   * of the namespaces as character devices ({@code ng0n1}).
   */
  List<Path> nodes(Path function) throws IOException {
    List<Path> nodes = new ArrayList<>();
    for (Path device : devices(function)) {
      if (isDisk(device)) {
        withPartitions(device).forEach(part -> nodes.add(node(part)));
      } else if (device.getFileName().toString().startsWith("ng")) {
        nodes.add(node(device));
      }
    }
    return nodes;
  }

  private Path node(Path device) {
    return root.resolve("dev").resolve(device.getFileName());
  }

  /** The disks' names. */
  List<String> names(Path function) throws IOException {
    return disks(function).stream().map(disk -> disk.getFileName().toString()).toList();
  }

  private List<Path> disks(Path function) throws IOException {
    return devices(function).stream().filter(DiskUse::isDisk).toList();
  }

  /** Character devices have a number, but no size. */
  private static boolean isDisk(Path device) {
    return Files.exists(device.resolve("size"));
  }

  /**
   * The directories of what has a number: below the function, or below an NVMe subsystem that it
   * joined.
   */
  private List<Path> devices(Path function) throws IOException {
    List<Path> devices = new ArrayList<>();
    for (Path controller : Sysfs.list(function.resolve("nvme"))) {
      addDevices(controller, devices);
      for (Path subsystem : Sysfs.list(root.resolve("sys/class/nvme-subsystem"))) {
        if (Files.exists(subsystem.resolve(controller.getFileName()))) {
          addDevices(subsystem, devices);
        }
      }
    }
    return devices;
  }

  private static void addDevices(Path directory, List<Path> devices) throws IOException {
    for (Path entry : Sysfs.list(directory)) {
      if (Files.exists(entry.resolve("dev"))) {
        devices.add(entry);
      }
    }
  }

  private static List<Path> withPartitions(Path disk) throws IOException {
    List<Path> devices = new ArrayList<>();
    devices.add(disk);
    for (Path partition : Sysfs.list(disk)) {
      if (Files.exists(partition.resolve("partition"))) {
        devices.add(partition);
      }
    }
    return devices;
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
    for (Path other : Sysfs.list(root.resolve("sys/block"))) { // without a claim or a holder
      Path backing = other.resolve("loop/backing_file");
      if (Files.exists(backing) && Sysfs.line(backing).equals(node)) {
        users.add(name + " is part of " + other.getFileName());
      }
    }
  }

  private List<String> lines(String file) throws IOException {
    Path path = root.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }
}

package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which programs drive a function themselves, through VFIO, UIO or by {@link SysfsDevice}, or have
 * a disk of it open.
 */
final class ProgramUse {
  private static final String DRIVES = "drives it";

  private final Path root;

  ProgramUse(Path root) {
    this.root = root;
  }

  /**
   * A sentence for each program that shows what it has open.
   *
   * @param disks the files of what the kernel's driver makes of the function
   */
  List<String> users(PciFunction function, Path directory, List<Path> disks) throws IOException {
    Map<Path, String> uses = uses(function, directory, disks);
    List<String> users = new ArrayList<>();
    for (Path process : Sysfs.list(root.resolve("proc"))) {
      String name = process.getFileName().toString();
      if (name.chars().allMatch(Character::isDigit)) {
        for (String use : usesOf(process, uses)) {
          users.add(who(process, Long.parseLong(name)) + " " + use);
        }
      }
    }
    return users;
  }

  /** What a program does that has a file open. */
  private Map<Path, String> uses(PciFunction function, Path directory, List<Path> disks)
      throws IOException {
    Map<Path, String> uses = new HashMap<>();
    uses.put(directory.toRealPath(), DRIVES);
    function.iommuGroup().ifPresent(group -> uses.put(groupFile(group), DRIVES));
    for (Path device : Sysfs.list(directory.resolve("vfio-dev"))) {
      uses.put(root.resolve("dev/vfio/devices").resolve(device.getFileName()), DRIVES);
    }
    for (Path device : Sysfs.list(directory.resolve("uio"))) {
      uses.put(root.resolve("dev").resolve(device.getFileName()), DRIVES);
    }
    disks.forEach(disk -> uses.put(disk, "has %s open".formatted(disk.getFileName())));
    return uses;
  }

  private Path groupFile(int group) {
    return root.resolve("dev/vfio/" + group);
  }

  private static Set<String> usesOf(Path process, Map<Path, String> uses) {
    Set<String> found = new TreeSet<>();
    try {
      for (Path descriptor : Sysfs.list(process.resolve("fd"))) {
        String use = uses.get(target(descriptor));
        if (use != null) {
          found.add(use);
        }
      }
    } catch (IOException e) {
      // It has ended, or it is another user's: it does not show what it has.
    }
    return found;
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor; // closed just now: of our own, the one that listed them
    }
  }

  private static String who(Path process, long id) {
    if (id == ProcessHandle.current().pid()) {
      return "this program";
    }
    String name;
    try {
      name = Sysfs.line(process.resolve("comm"));
    } catch (IOException e) {
      name = "a program";
    }
    return "%s (process %d)".formatted(name, id);
  }

  /**
   * Refuses a function that a program has which does not show it, such as one in another container.
   * Opens what only one can have open, for a moment.
   */
  void checkFree(PciFunction function, Path directory) {
    boolean vfio = function.driver().filter("vfio-pci"::equals).isPresent();
    boolean free = !vfio || function.iommuGroup().isEmpty() || canOpen(function);
    if (!free || !canLock(directory)) {
      throw new PciException(
          Errno.EBUSY,
          function.address() + " is in use: a program that cannot be seen from here drives it");
    }
  }

  private boolean canOpen(PciFunction function) {
    Path file = groupFile(function.iommuGroup().orElseThrow());
    try {
      Libc.close(Libc.open(file.toString(), Libc.O_RDWR, 0));
      return true;
    } catch (ErrnoException e) {
      return e.errno() != Errno.EBUSY;
    }
  }

  private static boolean canLock(Path directory) {
    int fd = Libc.open(directory.toString(), Libc.O_RDONLY, 0);
    try {
      return Libc.tryLock(fd);
    } finally {
      Libc.close(fd);
    }
  }
}

package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which programs drive a function themselves: through VFIO, or by {@link SysfsDevice}. */
final class ProgramUse {
  private final Path root;

  ProgramUse(Path root) {
    this.root = root;
  }

  /** A sentence for each program that shows what it has open. */
  List<String> users(PciFunction function, Path directory) throws IOException {
    Set<Path> files = files(function, directory);
    List<String> users = new ArrayList<>();
    for (Path process : Sysfs.list(root.resolve("proc"))) {
      String name = process.getFileName().toString();
      if (name.chars().allMatch(Character::isDigit) && hasOpen(process, files)) {
        users.add(sentence(process, Long.parseLong(name)));
      }
    }
    return users;
  }

  /** What a program has open that drives the function. */
  private Set<Path> files(PciFunction function, Path directory) throws IOException {
    Set<Path> files = new TreeSet<>();
    files.add(directory.toRealPath());
    function.iommuGroup().ifPresent(group -> files.add(groupFile(group)));
    for (Path device : Sysfs.list(directory.resolve("vfio-dev"))) {
      files.add(root.resolve("dev/vfio/devices").resolve(device.getFileName()));
    }
    return files;
  }

  private Path groupFile(int group) {
    return root.resolve("dev/vfio/" + group);
  }

  private static boolean hasOpen(Path process, Set<Path> files) {
    try {
      return Sysfs.list(process.resolve("fd")).stream().anyMatch(link -> pointsTo(link, files));
    } catch (IOException e) {
      return false; // it has ended, or it is another user's: it does not show what it has
    }
  }

  private static boolean pointsTo(Path descriptor, Set<Path> files) {
    try {
      return files.contains(Files.readSymbolicLink(descriptor));
    } catch (IOException e) {
      return false; // closed just now: of our own, the one that listed them
    }
  }

  private static String sentence(Path process, long id) {
    if (id == ProcessHandle.current().pid()) {
      return "this program drives it";
    }
    String name;
    try {
      name = Sysfs.line(process.resolve("comm"));
    } catch (IOException e) {
      name = "a program";
    }
    return "%s (process %d) drives it".formatted(name, id);
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

package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Disks that we claim (open(2), O_EXCL): as long as we do nobody mounts one of them or of their
 * partitions, or makes it swap or part of another device; and who did that before has the claim.
 */
final class DiskClaims implements AutoCloseable {
  private final List<Integer> descriptors = new ArrayList<>();

  /**
   * Claims all of them.
   *
   * @param nodes their files in {@code /dev}
   * @throws PciException EBUSY when somebody was faster
   */
  DiskClaims(List<Path> nodes) {
    try {
      for (Path node : nodes) {
        descriptors.add(claim(node).orElseThrow(() -> taken(node)));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static PciException taken(Path node) {
    return new PciException(Errno.EBUSY, node.getFileName() + " was taken into use just now");
  }

  /** Whether somebody has a claim on a disk or on one of its partitions. */
  static boolean isClaimed(Path node) {
    OptionalInt ours = claim(node);
    ours.ifPresent(Libc::close);
    return ours.isEmpty();
  }

  /** None when somebody else has it. */
  private static OptionalInt claim(Path node) {
    if (!Files.exists(node)) { // such as in a container
      throw unseen(node, Errno.ENOENT, "there is no " + node);
    }
    try {
      return OptionalInt.of(Libc.open(node.toString(), Libc.O_RDONLY | Libc.O_EXCL, 0));
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EBUSY -> OptionalInt.empty();
        case Errno.EACCES, Errno.EPERM -> throw unseen(node, e.errno(), "run as root");
        default -> throw unseen(node, e.errno(), Errno.text(e.errno()));
      };
    }
  }

  private static PciException unseen(Path node, int errno, String why) {
    return new PciException(
        errno, "whether %s is in use cannot be seen: %s".formatted(node.getFileName(), why));
  }

  /** Lets go of them; a second time does nothing. */
  @Override
  public void close() {
    descriptors.forEach(Libc::close);
    descriptors.clear();
  }
}

package io.vireo.daemon;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.OfdLocks;
import java.util.List;

/**
 * Keeps a file or device for this program as QEMU, its tools and other programs of ours keep
 * theirs: several may read it, or one may write it. Whoever does not ask for locks is not hindered.
 *
 * <p>QEMU's {@code block/file-posix.c}: byte 100 + n of the image stands for "I do this" and byte
 * 200 + n for "nobody else may", with n the number of the permission. All locks are shared ones;
 * who wants something looks whether anybody forbids it.
 */
final class ImageLock implements AutoCloseable {
  private static final int DONE = 100;
  private static final int FORBIDDEN = 200;
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int RESIZE = 3;

  private final int fd;

  private ImageLock(int fd) {
    this.fd = fd;
  }

  /**
   * Keeps it until this is closed, or the process ends.
   *
   * @param writing whether it is written, or only read
   * @throws BdevException EBUSY when another program uses it
   * @throws ErrnoException when it cannot be opened
   */
  static ImageLock take(String path, boolean writing) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    try {
      if (!keeps(fd, writing ? List.of(READ, WRITE) : List.of(READ))) {
        throw new BdevException(
            Errno.EBUSY,
            writing
                ? "%s is in use by another program".formatted(path)
                : "%s is being written by another program".formatted(path));
      }
      return new ImageLock(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** First locks, then looks: of two at once, at least one sees the other. */
  private static boolean keeps(int fd, List<Integer> doing) {
    List<Integer> forbidden = List.of(WRITE, RESIZE);
    try {
      doing.forEach(permission -> OfdLocks.share(fd, DONE + permission));
      forbidden.forEach(permission -> OfdLocks.share(fd, FORBIDDEN + permission));
      return doing.stream().noneMatch(permission -> OfdLocks.isLocked(fd, FORBIDDEN + permission))
          && forbidden.stream().noneMatch(permission -> OfdLocks.isLocked(fd, DONE + permission));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN || e.errno() == Errno.EACCES) {
        return false; // somebody has all of it for himself
      }
      return true; // a file system without locks: there nobody is kept off
    }
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}

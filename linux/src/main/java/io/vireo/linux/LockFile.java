package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that is there to be locked (flock): who has the lock has what the file stands for, until
 * it is closed or the process ends, however it ends. A file that a dead process left is locked like
 * a new one. One thread.
 *
 * <p>Closing removes the file before the lock goes. So whoever opened it before and locks it after
 * holds a file that has no name any more: that is noticed here, and begun again with the file that
 * has the name.
 */
public final class LockFile implements AutoCloseable {
  private final Path path;
  private final int fd;

  private LockFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Makes the file if it is not there, and locks it.
   *
   * @throws ErrnoException EBUSY when another holds the lock, of this process or another; what
   *     opening tells when it cannot be opened
   */
  public static LockFile take(Path path) {
    while (true) {
      int fd = open(path);
      try {
        if (!Libc.tryLock(fd)) {
          throw new ErrnoException("flock", Errno.EBUSY, "of " + path);
        }
        if (inode(path) == FileStat.of(fd).inode()) {
          return new LockFile(path, fd);
        }
      } catch (RuntimeException e) {
        Libc.close(fd);
        throw e;
      }
      Libc.close(fd);
    }
  }

  /**
   * Opens it; makes it only if it is not there: where all may write ({@code /var/tmp}) kernels do
   * not let even root open another user's file by a call that would make it (fs.protected_regular).
   */
  private static int open(Path path) {
    int flags = Libc.O_RDWR | Libc.O_NOFOLLOW;
    try {
      return Libc.open(path.toString(), flags, 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return Libc.open(path.toString(), flags | Libc.O_CREAT, 0600);
    }
  }

  /** Of the file that has the name now; -1 when there is none that can be seen. */
  private static long inode(Path path) {
    try {
      return (Long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return -1;
    }
  }

  /**
   * Removes the file, unless the name is another's by now, and gives the lock up. A file that
   * cannot be removed stays, for the next one to lock.
   */
  @Override
  public void close() {
    try {
      if (inode(path) == FileStat.of(fd).inode()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // The file stays, for the next one to lock.
    } finally {
      Libc.close(fd);
    }
  }
}

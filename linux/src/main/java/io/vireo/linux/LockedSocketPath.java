package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The file of a listening socket whose user holds the lock of {@code PATH.lock} beside it, from
 * before he listens until he does not any more. The field's servers take the same lock (flock), so
 * that one of theirs and one of ours keep each other off a path too.
 *
 * <p>A file that a dead process left behind is replaced; one that somebody listens at who holds no
 * lock is not, nor is a file that is no socket. Any thread, one at a time.
 */
public final class LockedSocketPath {
  private final SocketFile file;
  private LockFile lock; // null: given up

  private LockedSocketPath(SocketFile file, LockFile lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Takes the lock, for one {@link #bind}, until {@link #release}.
   *
   * @param maxBytes what its user can bind
   * @throws SocketPathException when the path is longer, is another's, or the lock file cannot be
   *     had; nothing has been done then
   */
  public static LockedSocketPath claim(Path path, int maxBytes) throws IOException {
    SocketFile file = new SocketFile(path, maxBytes);
    LockedSocketPath claim = new LockedSocketPath(file, take(file));
    try {
      file.removeDead();
      return claim;
    } catch (IOException | RuntimeException e) {
      claim.release();
      throw e;
    }
  }

  private static LockFile take(SocketFile file) throws SocketPathException {
    Path lockPath = Path.of(file.path() + ".lock");
    try {
      return LockFile.take(lockPath);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        throw new SocketPathException(
            Errno.EADDRINUSE,
            "another program uses socket %s: it holds the lock of %s"
                .formatted(file.path(), lockPath));
      }
      throw file.refused(e.errno(), e.getMessage());
    }
  }

  /**
   * Lets {@code binder} make the file.
   *
   * @throws SocketPathException when somebody without a lock has made one since
   * @throws IOException what {@code binder} throws; the lock is given up then
   */
  public <S> S bind(SocketPath.Binder<S> binder) throws IOException {
    try {
      return file.bind(binder);
    } catch (IOException | RuntimeException e) {
      release();
      throw e;
    }
  }

  /**
   * Removes both files, the socket's unless it is another's by now; to be called while the socket
   * still listens. Again has no effect.
   */
  public void release() throws IOException {
    if (lock != null) {
      try (LockFile _ = lock) {
        lock = null;
        file.remove();
      }
    }
  }
}

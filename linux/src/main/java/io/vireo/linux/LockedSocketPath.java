package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The file of a listening socket whose user holds the lock of {@code PATH.lock} beside it as long
 * as it listens. The field's servers take the same lock (flock), so that one of theirs and one of
 * ours keep each other off a path too.
 *
 * <p>A file that a dead process left behind is replaced; one that somebody listens at who holds no
 * lock is not, nor is a file that is no socket. Any thread, one at a time.
 */
public final class LockedSocketPath {
  private final SocketFile file;
  private final Path lockPath;
  private LockFile lock;

  /**
   * @param maxBytes what its user can bind
   * @throws SocketPathException when the path is longer
   */
  public LockedSocketPath(Path path, int maxBytes) throws SocketPathException {
    file = new SocketFile(path, maxBytes);
    lockPath = Path.of(file.path() + ".lock");
  }

  /**
   * Lets {@code binder} make the file; once.
   *
   * @throws SocketPathException when the path is another's, or the lock file cannot be had
   * @throws IOException what {@code binder} throws; nothing is left then
   */
  public <S> S bind(SocketPath.Binder<S> binder) throws IOException {
    lock = take();
    try {
      return file.bind(binder);
    } catch (IOException | RuntimeException e) {
      release();
      throw e;
    }
  }

  private LockFile take() throws SocketPathException {
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

package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The file of a listening socket: who may bind it, and who removes it.
 *
 * <p>A file that a dead process left behind is replaced; one that somebody listens at is not, nor
 * is a file that is no socket. Looking and replacing is one step for all who share the directory:
 * they lock it, so two that start at once cannot both take the other for dead.
 *
 * <p>Any thread, one at a time.
 */
public final class SocketPath {
  private final SocketFile file;
  private final Duration lockPatience;

  /**
   * @param maxBytes what its user can bind
   * @throws SocketPathException when the path is longer
   */
  public SocketPath(Path path, int maxBytes) throws SocketPathException {
    this(path, maxBytes, DirectoryLock.PATIENCE);
  }

  SocketPath(Path path, int maxBytes, Duration lockPatience) throws SocketPathException {
    file = new SocketFile(path, maxBytes);
    this.lockPatience = lockPatience;
  }

  /** Makes a socket that listens at the path, from its first moment on. */
  public interface Binder<S> {
    S bind() throws IOException;
  }

  /**
   * Lets {@code binder} make the file.
   *
   * @throws SocketPathException when the path is another's or its directory cannot be had
   * @throws IOException what {@code binder} throws
   */
  public <S> S bind(Binder<S> binder) throws IOException {
    try (DirectoryLock _ = lockDirectory()) {
      return file.bind(binder);
    }
  }

  /**
   * Removes the file, unless it is another's by now; to be called while the socket still listens. A
   * file that cannot be removed stays, for the next one to replace.
   */
  public void release() throws IOException {
    try (DirectoryLock _ = lockDirectory()) {
      file.remove();
    } catch (SocketPathException e) {
      // The file stays, for the next one to replace.
    }
  }

  private DirectoryLock lockDirectory() throws SocketPathException {
    try {
      return DirectoryLock.take(file.path().getParent(), lockPatience);
    } catch (ErrnoException e) {
      throw file.refused(
          e.errno(),
          e.errno() == Errno.EBUSY ? "another program locks its directory" : e.getMessage());
    }
  }
}

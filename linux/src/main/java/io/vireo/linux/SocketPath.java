package io.vireo.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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
  private final Path path;
  private final Duration lockPatience;
  private Object boundFile;

  /**
   * @param maxBytes what its user can bind
   * @throws SocketPathException when the path is longer
   */
  public SocketPath(Path path, int maxBytes) throws SocketPathException {
    this(path, maxBytes, DirectoryLock.PATIENCE);
  }

  SocketPath(Path path, int maxBytes, Duration lockPatience) throws SocketPathException {
    this.path = path.toAbsolutePath();
    this.lockPatience = lockPatience;
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > maxBytes) {
      throw new SocketPathException(
          Errno.ENAMETOOLONG,
          "socket path %s has %d bytes, more than %d".formatted(path, bytes, maxBytes));
    }
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
      removeDead();
      S socket = binder.bind();
      boundFile = fileKey();
      return socket;
    }
  }

  /**
   * Removes the file, unless it is another's by now; to be called while the socket still listens. A
   * file that cannot be removed stays, for the next one to replace.
   */
  public void release() throws IOException {
    try (DirectoryLock _ = lockDirectory()) {
      if (boundFile != null && boundFile.equals(fileKey())) {
        Files.deleteIfExists(path);
      }
      boundFile = null;
    } catch (SocketPathException e) {
      // The file stays, for the next one to replace.
    }
  }

  private DirectoryLock lockDirectory() throws SocketPathException {
    try {
      return DirectoryLock.take(path.getParent(), lockPatience);
    } catch (ErrnoException e) {
      String reason =
          e.errno() == Errno.EBUSY ? "another program locks its directory" : e.getMessage();
      throw new SocketPathException(
          e.errno(), "no socket can be made at %s: %s".formatted(path, reason));
    }
  }

  private void removeDead() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if (!FileStat.isSocket(mode)) {
      throw new SocketPathException(Errno.EEXIST, "%s exists and is no socket".formatted(path));
    }
    if (UnixSocket.isListening(path)) {
      throw new SocketPathException(
          Errno.EADDRINUSE, "another program listens at socket %s".formatted(path));
    }
    Files.delete(path);
  }

  /** Tells one file from another of the same name; null when there is none that can be seen. */
  private Object fileKey() {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}

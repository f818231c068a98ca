package io.vireo.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file of a listening socket, as its users find and leave it. Looking and replacing is no one
 * step here: who calls keeps others away meanwhile. One thread at a time.
 */
final class SocketFile {
  private final Path path;
  private Object boundFile;

  /**
   * @param maxBytes what its user can bind
   * @throws SocketPathException when the path is longer
   */
  SocketFile(Path path, int maxBytes) throws SocketPathException {
    this.path = path.toAbsolutePath();
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > maxBytes) {
      throw new SocketPathException(
          Errno.ENAMETOOLONG,
          "socket path %s has %d bytes, more than %d".formatted(path, bytes, maxBytes));
    }
  }

  Path path() {
    return path;
  }

  /**
   * Lets {@code binder} make the file, in the place of one that nobody listens at.
   *
   * @throws SocketPathException when the path is another's
   * @throws IOException what {@code binder} throws
   */
  <S> S bind(SocketPath.Binder<S> binder) throws IOException {
    removeDead();
    S socket = binder.bind();
    boundFile = fileKey();
    return socket;
  }

  /**
   * Removes a file that nobody listens at.
   *
   * @throws SocketPathException when the path is another's
   */
  void removeDead() throws IOException {
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

  /**
   * Removes the file that was bound, unless it is another's by now. One that cannot be removed (its
   * folder is read-only by now) stays, for the next one to replace.
   */
  void remove() {
    if (boundFile != null && boundFile.equals(fileKey())) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // It stays.
      }
    }
    boundFile = null;
  }

  /** That the path cannot be had because of what stands around it. */
  SocketPathException refused(int errno, String reason) {
    return new SocketPathException(
        errno, "no socket can be made at %s: %s".formatted(path, reason));
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

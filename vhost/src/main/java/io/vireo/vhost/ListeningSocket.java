package io.vireo.vhost;

import io.vireo.linux.Errno;
import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The socket at which a controller waits for front-ends.
 *
 * <p>A file that a dead target left behind is replaced; one that somebody listens at is not, nor is
 * a file that is no socket. Looking and replacing is one step for all targets that share the
 * directory: they lock it, so two that start at once cannot both take the other for dead. Closing
 * removes the file unless it is another's by now.
 */
final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final Path path;
  private final UnixSocket socket;
  private final Object fileKey;

  private ListeningSocket(Path path, UnixSocket socket, Object fileKey) {
    this.path = path;
    this.socket = socket;
    this.fileKey = fileKey;
  }

  /**
   * @param mode permissions of the socket's file
   * @throws VhostException when the path cannot be had
   */
  static ListeningSocket open(Path path, int mode) {
    checkLength(path);
    return inLockedDirectory(
        path,
        () -> {
          removeDead(path);
          UnixSocket socket = UnixSocket.listen(path, mode, BACKLOG);
          try {
            return new ListeningSocket(path, socket, fileKey(path).orElseThrow());
          } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
          }
        });
  }

  Path path() {
    return path;
  }

  /** The descriptor, to wait for. */
  int fd() {
    return socket.fd();
  }

  /** The next who connected, if one waits. */
  Optional<UnixSocket> accept() {
    return socket.accept();
  }

  @Override
  public void close() {
    inLockedDirectory(
        path,
        () -> {
          if (fileKey(path).filter(fileKey::equals).isPresent()) {
            Files.deleteIfExists(path);
          }
          return null;
        });
    socket.close();
  }

  private static void checkLength(Path path) {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > UnixSocket.MAX_PATH_BYTES) {
      throw new VhostException(
          Errno.ENAMETOOLONG,
          "socket path %s has %d bytes, more than %d"
              .formatted(path, bytes, UnixSocket.MAX_PATH_BYTES));
    }
  }

  private static void removeDead(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if (!FileStat.isSocket(mode)) {
      throw new VhostException(Errno.EEXIST, "%s exists and is no socket".formatted(path));
    }
    if (UnixSocket.isListening(path)) {
      throw new VhostException(
          Errno.EADDRINUSE, "another program listens at socket %s".formatted(path));
    }
    Files.delete(path);
  }

  /** Tells one file from another, also when it has the same name. */
  private static Optional<Object> fileKey(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
  }

  private interface FileWork<T> {
    T run() throws IOException;
  }

  private static <T> T inLockedDirectory(Path path, FileWork<T> work) {
    int directory = Libc.open(path.getParent().toString(), Libc.O_RDONLY, 0);
    try {
      Libc.lock(directory);
      return work.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Libc.close(directory);
    }
  }
}

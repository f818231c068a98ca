package io.vireo.daemon.rpc;

import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The right to a socket's path: a lock on the file {@code PATH.lock} beside it, as in the field.
 *
 * <p>A socket file tells nothing about whether its server lives; the lock does, for the kernel
 * drops it with the process. Who holds it may replace the socket.
 */
final class SocketLock implements AutoCloseable {
  private final Path path;
  private final int fd;

  private SocketLock(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * @throws IOException when another server, of this process or another, holds the lock
   */
  static SocketLock take(Path socket) throws IOException {
    Path path = Path.of(socket + ".lock");
    while (true) {
      int fd = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
      if (!Libc.tryLock(fd)) {
        Libc.close(fd);
        throw new IOException("socket " + socket + " is in use by another target");
      }
      if (isStill(path, fd)) {
        return new SocketLock(path, fd);
      }
      Libc.close(fd);
    }
  }

  /** Whether the path still names the locked file: its last owner may have removed it meanwhile. */
  private static boolean isStill(Path path, int fd) throws IOException {
    try {
      return Files.getAttribute(path, "unix:ino").equals(FileStat.of(fd).inode());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Removes the file, then the lock: in the other order the next owner would lose its file. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
    Libc.close(fd);
  }
}

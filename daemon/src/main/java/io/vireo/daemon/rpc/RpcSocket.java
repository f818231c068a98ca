package io.vireo.daemon.rpc;

import io.vireo.linux.FileStat;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A Unix socket that waits for clients of this user alone (mode 0600). A file that a dead server
 * left in its place is replaced, a living server's is not, nor is anything else than a socket.
 */
final class RpcSocket implements AutoCloseable {
  /** sockaddr_un has 108 bytes; the last is a NUL, and the JDK leaves one more alone. */
  static final int MAX_PATH_BYTES = 106;

  private final Path path;
  private final SocketLock lock;
  private final ServerSocketChannel channel;

  private RpcSocket(Path path, SocketLock lock, ServerSocketChannel channel) {
    this.path = path;
    this.lock = lock;
    this.channel = channel;
  }

  /**
   * @param backlog how many clients may wait to be accepted
   * @throws IOException with a sentence for the operator
   */
  static RpcSocket open(Path path, int backlog) throws IOException {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_PATH_BYTES) {
      throw new IOException(
          "socket path " + path + " has " + bytes + " bytes, the most is " + MAX_PATH_BYTES);
    }
    SocketLock lock = SocketLock.take(path);
    try {
      removeStale(path);
      return new RpcSocket(path, lock, bind(path, backlog));
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if (!FileStat.isSocket(mode)) {
      throw new IOException("socket path " + path + " is taken by a file that is no socket");
    }
    Files.delete(path);
  }

  private static ServerSocketChannel bind(Path path, int backlog) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path), backlog);
      // Before this the umask rules: the usual ones let nobody else write, and so connect.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen on " + path + ": " + e.getMessage(), e);
    }
  }

  /** Waits for the next client; ends with an exception when the socket is closed. */
  SocketChannel accept() throws IOException {
    return channel.accept();
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      channel.close();
      Files.deleteIfExists(path);
    }
  }
}

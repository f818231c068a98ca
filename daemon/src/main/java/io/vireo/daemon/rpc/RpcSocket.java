package io.vireo.daemon.rpc;

import io.vireo.linux.LockedSocketPath;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A Unix socket that waits for clients of this user alone (mode 0600), and the lock file beside it,
 * by which it and the field's servers keep each other off its path. Closing removes both. Any
 * thread, one at a time.
 */
public final class RpcSocket implements AutoCloseable {
  /** sockaddr_un has 108 bytes; the last is a NUL, and the JDK leaves one more alone. */
  static final int MAX_PATH_BYTES = 106;

  private final Path path;
  private final LockedSocketPath claim;
  private volatile ServerSocketChannel channel; // null: it does not listen yet

  private RpcSocket(Path path, LockedSocketPath claim) {
    this.path = path;
    this.claim = claim;
  }

  /**
   * Has the path from now on; clients find nothing there until the server is made, so that its file
   * tells that the target is ready.
   *
   * @throws IOException with one sentence: the path is too long, in use, or cannot be made
   */
  public static RpcSocket claim(Path path) throws IOException {
    return new RpcSocket(path, LockedSocketPath.claim(path, MAX_PATH_BYTES));
  }

  /**
   * @param backlog how many clients may wait to be accepted
   * @throws IOException with a sentence for the operator; the path is given up then
   */
  void listen(int backlog) throws IOException {
    channel = claim.bind(() -> bind(path, backlog));
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

  /** Again has no effect. */
  @Override
  public void close() throws IOException {
    try (ServerSocketChannel _ = channel) {
      claim.release();
    }
  }
}

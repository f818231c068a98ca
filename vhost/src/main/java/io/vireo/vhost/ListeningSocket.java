package io.vireo.vhost;

import io.vireo.linux.SocketPath;
import io.vireo.linux.SocketPathException;
import io.vireo.linux.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** The socket at which a controller waits for front-ends. Closing removes its file. */
final class ListeningSocket extends VhostSocket {
  private static final int BACKLOG = 128;

  private final Path path;
  private final SocketPath claim;
  private final UnixSocket socket;

  private ListeningSocket(Path path, SocketPath claim, UnixSocket socket) {
    this.path = path;
    this.claim = claim;
    this.socket = socket;
  }

  /**
   * @param mode permissions of the socket's file
   * @throws VhostException when the path cannot be had
   */
  static ListeningSocket open(Path path, int mode) {
    try {
      SocketPath claim = new SocketPath(path, UnixSocket.MAX_PATH_BYTES);
      UnixSocket socket = claim.bind(() -> UnixSocket.listen(path, mode, BACKLOG));
      return new ListeningSocket(path, claim, socket);
    } catch (SocketPathException e) {
      throw new VhostException(e.errno(), e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  Optional<Path> path() {
    return Optional.of(path);
  }

  @Override
  int fd() {
    return socket.fd();
  }

  @Override
  Optional<UnixSocket> accept() {
    return socket.accept();
  }

  @Override
  boolean exhausted() {
    return false;
  }

  @Override
  public void close() {
    try (socket) {
      claim.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.vireo.vhost;

import io.vireo.linux.UnixSocket;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the front-ends of a controller come from. Belongs to the controller that is made with it.
 */
public abstract class VhostSocket implements AutoCloseable {
  VhostSocket() {}

  /**
   * A new socket, which is removed when it is closed. One that nobody listens at is replaced.
   *
   * @param mode permissions of the socket's file
   * @throws VhostException when the path cannot be had
   */
  public static VhostSocket at(Path path, int mode) {
    return ListeningSocket.open(path.toAbsolutePath(), mode);
  }

  /**
   * A socket that this process was given: one that listens, or the connection of one front-end,
   * which is then the only one. The descriptor belongs to what is answered.
   *
   * @throws VhostException when the descriptor is no such socket
   */
  public static VhostSocket passed(int fd) {
    return PassedSocket.of(fd);
  }

  /** The socket's file; none when it was passed. Any thread. */
  abstract Optional<Path> path();

  /** The descriptor, to wait for; -1 when nobody comes any more. */
  abstract int fd();

  /** The next who connected, if one waits. */
  abstract Optional<UnixSocket> accept();

  /** Whether nobody comes any more. Any thread. */
  abstract boolean exhausted();

  @Override
  public abstract void close();
}

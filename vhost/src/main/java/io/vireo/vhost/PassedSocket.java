package io.vireo.vhost;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.SocketKind;
import io.vireo.linux.UnixSocket;
import java.nio.file.Path;
import java.util.Optional;

/** A socket that another program has made and passed to this one. */
final class PassedSocket extends VhostSocket {
  private final UnixSocket socket;
  private final boolean listening;
  private volatile boolean taken; // the connection is a session's

  private PassedSocket(UnixSocket socket, boolean listening) {
    this.socket = socket;
    this.listening = listening;
  }

  /** As {@link VhostSocket#passed}. */
  static PassedSocket of(int fd) {
    SocketKind kind = kind(fd);
    if (!kind.unixStream()) {
      throw invalid("descriptor %d is not a Unix stream socket", fd);
    }
    if (!kind.listening() && !kind.connected()) {
      throw invalid("the socket at descriptor %d neither listens nor is connected", fd);
    }
    if (kind.listening()) {
      Libc.setNonBlocking(fd); // who comes may be gone, or taken by another, before we look
    }
    return new PassedSocket(UnixSocket.adopt(fd), kind.listening());
  }

  private static SocketKind kind(int fd) {
    try {
      return SocketKind.of(fd);
    } catch (ErrnoException e) {
      throw e.errno() == Errno.ENOTSOCK
          ? invalid("descriptor %d is not a socket", fd)
          : invalid("descriptor %d is not open", fd);
    }
  }

  private static VhostException invalid(String sentence, int fd) {
    return new VhostException(Errno.EINVAL, sentence.formatted(fd));
  }

  @Override
  Optional<Path> path() {
    return Optional.empty();
  }

  @Override
  int fd() {
    return taken ? -1 : socket.fd();
  }

  @Override
  Optional<UnixSocket> accept() {
    if (listening) {
      return socket.accept();
    }
    taken = true;
    return Optional.of(socket);
  }

  @Override
  boolean exhausted() {
    return taken;
  }

  @Override
  public void close() {
    if (!taken) {
      socket.close();
    }
  }
}

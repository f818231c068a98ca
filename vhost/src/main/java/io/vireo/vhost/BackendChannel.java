package io.vireo.vhost;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.message.BackendRequest;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.MessageSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way for a back-end's own requests (section "Back-end communication"). Session's thread only.
 *
 * <p>Front-ends need not give one: what would be sent is then dropped. No reply is asked for, and a
 * front-end that does not read makes nobody wait: the news is kept, once, until there is room.
 */
final class BackendChannel implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackendChannel.class);

  private final String name;
  private MessageSocket socket;
  private boolean changePending;

  /**
   * @param name the session's, for log lines
   */
  BackendChannel(String name) {
    this.name = name;
  }

  /** SET_BACKEND_REQ_FD: uses and owns a socket. */
  void attach(UnixSocket next) {
    MessageSocket old = socket;
    socket = new MessageSocket(next, Libc.MSG_DONTWAIT);
    changePending = false;
    if (old != null) {
      old.close();
    }
  }

  /** Tells that the configuration space has changed. */
  void configChanged() {
    if (socket == null) {
      return;
    }
    changePending = false;
    try {
      socket.send(BackendRequest.CONFIG_CHANGE_MSG.id(), Header.VERSION, new byte[0]);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        changePending = true;
      } else {
        log.info("{}: back-end channel is gone: {}", name, e.getMessage());
        close();
      }
    }
  }

  /** Whether something waits for room; {@link #configChanged} then sends it. */
  boolean waitsForRoom() {
    return changePending;
  }

  /** The descriptor, to wait for room; only while something waits. */
  int fd() {
    return socket.fd();
  }

  @Override
  public void close() {
    changePending = false;
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}

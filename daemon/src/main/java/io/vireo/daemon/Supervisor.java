package io.vireo.daemon;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.UnixDatagram;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/**
 * Whoever started this process and wants to know when it is ready: systemd, or what else speaks
 * sd_notify(3). Any thread.
 */
final class Supervisor {
  private static final String SOCKET = "NOTIFY_SOCKET";

  private final String socket; // null: nobody
  private final Logger log;

  Supervisor(String socket, Logger log) {
    this.socket = socket;
    this.log = log;
  }

  /** The one of this process, if it has any. */
  static Supervisor ofThisProcess(Logger log) {
    return new Supervisor(System.getenv(SOCKET), log);
  }

  /** All sockets are there. */
  void ready() {
    tell("READY=1");
  }

  /** It ends, which may take as long as requests in flight do. */
  void stopping() {
    tell("STOPPING=1");
  }

  private void tell(String state) {
    if (socket == null) {
      return;
    }
    try {
      UnixDatagram.send(socket, state.getBytes(StandardCharsets.US_ASCII));
    } catch (ErrnoException | IllegalArgumentException e) {
      log.warn("{} cannot be told {}: {}", SOCKET, state, e.getMessage());
    }
  }
}

package io.vireo.vhost;

import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.reactor.Uninterrupted;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that takes a controller's connections from its socket. Any thread, but as told. */
final class Acceptor {
  private static final Logger log = LoggerFactory.getLogger(Acceptor.class);
  private static final int RETRY_MILLIS = 100;

  private final String name;
  private final VhostSocket socket;
  private final LineLimit lines;
  private final BooleanSupplier closing;
  private final Consumer<UnixSocket> taker;
  private final Runnable looked;
  private final EventFd wake = EventFd.create();
  private final Thread thread;

  /**
   * @param closing whether nobody is taken any more
   * @param taker gets each connection, on this thread
   * @param looked runs after each look at the socket, on this thread
   */
  Acceptor(
      String name,
      VhostSocket socket,
      LineLimit lines,
      BooleanSupplier closing,
      Consumer<UnixSocket> taker,
      Runnable looked) {
    this.name = name;
    this.socket = socket;
    this.lines = lines;
    this.closing = closing;
    this.taker = taker;
    this.looked = looked;
    thread = Thread.ofPlatform().name("vhost " + name).daemon().unstarted(this::run);
  }

  /** Begins. */
  void start() {
    thread.start();
  }

  /** It could not begin: the socket is the caller's again. */
  void giveUp() {
    wake.close();
  }

  private void run() {
    while (!closing.getAsBoolean()) {
      int[] events = {Libc.POLLIN, Libc.POLLIN};
      Libc.poll(new int[] {wake.fd(), socket.fd()}, events, -1);
      if (events[1] != 0 && !closing.getAsBoolean()) {
        next();
        looked.run();
      }
    }
  }

  private void next() {
    try {
      socket.accept().ifPresent(taker);
    } catch (RuntimeException | Error e) {
      // Out of descriptors or memory, most likely: who waits goes on waiting, and we do not spin.
      if (lines.allows()) {
        log.warn("{}: {}", name, e.toString());
      }
      Libc.poll(new int[] {wake.fd()}, new int[] {Libc.POLLIN}, RETRY_MILLIS);
    }
  }

  /** Waits until the thread has ended; the controller is closing. */
  void join() {
    wake.signal();
    Uninterrupted.run(thread::join);
  }

  /** Closes the socket, after {@link #join}. */
  void close() {
    Closing.all(socket, wake);
  }
}

package io.vireo.vhost;

import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other threads hand to a session's thread: posted anywhere, run on that thread alone.
 *
 * <p>The thread waits for its {@link #fd} together with its socket. While it waits for something
 * else it runs what is posted all the same: the check of truncated memory may be what ends the
 * waiting.
 *
 * <p>No lock: reactors post, and a thread that holds one may have lost its CPU.
 */
final class Inbox implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Inbox.class);
  private static final long WARN_AFTER_NS = TimeUnit.SECONDS.toNanos(1);

  private static final int CLOSED = Integer.MIN_VALUE;

  /** What a post takes, about. */
  private static final long POST_NS = 1000;

  private final String owner;
  private final EventFd wake = EventFd.create();
  private final Queue<Runnable> messages = new ConcurrentLinkedQueue<>();

  /** How many are inside {@link #post}, for whom the descriptor stays, and the closed bit. */
  private final AtomicInteger gate = new AtomicInteger();

  /**
   * @param owner whose it is, for log lines
   */
  Inbox(String owner) {
    this.owner = owner;
  }

  /** Any thread. Does nothing once closed: who posts need not know whether the session lives. */
  void post(Runnable message) {
    int before = gate.getAndIncrement();
    try {
      if (before >= 0) {
        messages.add(message);
        wake.signal();
      }
    } finally {
      gate.getAndDecrement();
    }
  }

  /** Readable while something is posted. */
  int fd() {
    return wake.fd();
  }

  /** Runs what was posted. The session's thread only, as below. */
  void run() {
    wake.drain();
    for (Runnable message = messages.poll(); message != null; message = messages.poll()) {
      message.run();
    }
  }

  /**
   * Waits until {@code done}, which a message makes true; without a limit, but not silently.
   *
   * @param what it waits for, for the log
   */
  void await(BooleanSupplier done, String what) {
    long sinceNs = System.nanoTime();
    int timeoutMillis = (int) TimeUnit.NANOSECONDS.toMillis(WARN_AFTER_NS);
    while (!done.getAsBoolean()) {
      Libc.poll(new int[] {fd()}, new int[] {Libc.POLLIN}, timeoutMillis);
      run();
      if (timeoutMillis > 0 && System.nanoTime() - sinceNs >= WARN_AFTER_NS) {
        log.warn("{}: still waiting for {}", owner, what);
        timeoutMillis = -1;
      }
    }
    if (timeoutMillis < 0) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
      log.warn("{}: waited {} ms for {}", owner, millis, what);
    }
  }

  @Override
  public void close() {
    gate.getAndUpdate(posters -> posters | CLOSED);
    while (gate.get() != CLOSED) {
      LockSupport.parkNanos(POST_NS);
    }
    messages.clear();
    wake.close();
  }
}

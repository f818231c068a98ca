package io.vireo.reactor;

import io.vireo.linux.FaultPoint;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where everything ends that was thrown on a reactor's thread; nothing leaves it.
 *
 * <p>Logging from the reactor's thread is allowed here: a line is about a bug, and there is at most
 * one a second.
 */
final class Faults {
  private static final Logger log = LoggerFactory.getLogger(Reactor.class);
  private static final long MEMORY_FAULT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final ReactorListener listener;
  private final LapCounters counters;
  private final NanoClock clock;

  private InternalError untold;
  private long nextTellNs;
  private long nextLogNs;
  private long unlogged;

  Faults(Reactor reactor, ReactorListener listener, LapCounters counters, NanoClock clock) {
    this.reactor = reactor;
    this.listener = listener;
    this.counters = counters;
    this.clock = clock;
    nextTellNs = clock.nanoTime();
    nextLogNs = nextTellNs;
  }

  /** Told at the end of a lap, not from here: a ring in lost memory raises this on each poll. */
  void memoryFault(InternalError error) {
    counters.memoryFault();
    untold = error;
  }

  /**
   * A memory fault of what ran before must not surface in what runs next: there it would be taken
   * for a fault of a message's sender, or leave a timer's work half done.
   */
  void surface() {
    try {
      FaultPoint.pass();
    } catch (InternalError e) {
      memoryFault(e);
    }
  }

  /** Whether a memory fault waits to be told: no time to sleep. */
  boolean pending() {
    return untold != null;
  }

  /** Once a lap. */
  void tell(long nowNs) {
    if (untold != null && nowNs - nextTellNs >= 0) {
      InternalError error = untold;
      untold = null;
      nextTellNs = nowNs + MEMORY_FAULT_INTERVAL_NS;
      try {
        listener.memoryFault(reactor, error);
      } catch (Throwable t) {
        contain("the listener failed", t);
      }
    }
  }

  /** {@code poller} has been removed. Telling comes before logging, which may fail for memory. */
  void pollerFailed(Poller poller, Throwable cause) {
    try {
      poller.failed(cause);
    } catch (Throwable t) {
      contain("a failed poller failed again when told", t);
    }
    try {
      listener.pollerFailed(reactor, poller, cause);
    } catch (Throwable t) {
      contain("the listener failed", t);
    }
    contain("a poller failed and was removed", cause);
  }

  /** Something of this reactor threw {@code cause}; the reactor goes on. */
  void contain(String what, Throwable cause) {
    if (cause instanceof InternalError error) {
      memoryFault(error);
      return;
    }
    long nowNs = clock.nanoTime();
    if (nowNs - nextLogNs < 0) {
      unlogged++;
    } else {
      nextLogNs = nowNs + LOG_INTERVAL_NS;
      log(what, cause);
    }
  }

  private void log(String what, Throwable cause) {
    try {
      log.error(
          "{}: {} ({} other failures were not logged)", reactor.name(), what, unlogged, cause);
      unlogged = 0;
    } catch (Throwable noMemoryToLog) {
      unlogged++;
    }
  }
}

package io.vireo.virtio;

import io.vireo.bdev.LatencyRecorder;
import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.reactor.Poller;

/**
 * The device side of one virtqueue, as the transport steers it. Everything here is done on the
 * reactor's thread, so control threads send it with {@link io.vireo.reactor.Reactor#post}; that
 * makes each call fall between two polls.
 *
 * <p>A queue lives once: created, started, stopped, destroyed. While it is started it may be
 * enabled and disabled; it starts disabled.
 */
public interface DeviceQueue extends Poller {
  /**
   * Joins its reactor. Signals the call eventfd, for an earlier back-end may have died owing it.
   */
  void start();

  /** A disabled queue takes no new heads; what is in flight ends as usual. */
  void enable(boolean on);

  /**
   * Uses another call eventfd, or none. The new one is signalled once. The old one is the caller's
   * to close as soon as this has returned.
   */
  void call(EventFd call);

  /** Lets interrupts wait like this from now on; until it is called none does. */
  void coalescing(Coalescing how);

  /**
   * Uses another memory table. The ring is found anew in it; a ring that lost its region breaks the
   * queue. {@code released} runs, here or later, when every request that began under an older table
   * has ended: only then may the older table's mappings go.
   */
  void memory(GuestMemory next, Runnable released);

  /**
   * Takes no new heads and waits, however long, for what is in flight. Then publishes, settles the
   * interrupt, leaves the reactor and runs {@code drained}. Also for a queue that is broken or was
   * never started.
   */
  void stop(Runnable drained);

  /**
   * Counts there how long requests take from their head to their used entry, if a bdev was asked;
   * in place of the recorder before. Null for none.
   */
  void recorder(LatencyRecorder recorder);

  /** Index of the next avail entry to take: the answer to GET_VRING_BASE, final once drained. */
  int nextAvail();

  /** Requests that have begun and not ended. */
  int inFlight();

  /** Why it is broken, null while it is not. */
  BreakReason broken();

  /** What it has done so far. */
  QueueCounters counters();
}

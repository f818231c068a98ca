package io.vireo.vhost;

import io.vireo.bdev.LatencyRecorder;
import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.QueueCounters;
import io.vireo.virtio.VirtioDevice;
import java.util.function.Supplier;

/**
 * A queue that runs on a reactor, as its session's thread steers it: by messages, most of which it
 * waits for, so that what follows may rely on them. Reactors never wait for sessions.
 */
final class RunningQueue {
  /** Keeps a reactor awake for a ring without a kick descriptor: nothing else would. */
  private static final class Awake implements Poller {
    @Override
    public String name() {
      return "ring without a kick";
    }

    @Override
    public int poll() {
      return 0;
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  private final VirtioDevice device;
  private final Placement placement;
  private final Reactor reactor;
  private final Inbox inbox;
  private final int index;
  private final DeviceQueue queue;
  private final Poller awake = new Awake();
  private EventFd kick; // null: the ring is polled
  private boolean kickWatched; // reactor's thread only
  private boolean drained;
  private int unreleased;

  private RunningQueue(
      VirtioDevice device,
      Placement placement,
      Reactor reactor,
      Inbox inbox,
      int index,
      DeviceQueue queue,
      EventFd kick) {
    this.device = device;
    this.placement = placement;
    this.reactor = reactor;
    this.inbox = inbox;
    this.index = index;
    this.queue = queue;
    this.kick = kick;
  }

  /**
   * Creates a queue where {@code placement} puts it and starts it.
   *
   * @param kick wakes the reactor; null when there is none. Stays the caller's
   */
  static RunningQueue start(
      VirtioDevice device,
      Placement placement,
      Inbox inbox,
      QueueConfig config,
      EventFd kick,
      boolean enabled) {
    Reactor reactor = placement.place();
    RunningQueue running;
    try {
      DeviceQueue queue = device.createQueue(config, reactor);
      running = new RunningQueue(device, placement, reactor, inbox, config.index(), queue, kick);
    } catch (Throwable t) {
      placement.release(reactor);
      throw t;
    }
    try {
      running.onReactor(
          () -> {
            running.watch(kick);
            running.kickWatched = true;
            running.queue.start();
            running.queue.enable(enabled);
          });
    } catch (Throwable t) {
      running.stop("a queue that did not start"); // it may be known to the reactor already
      throw t;
    }
    return running;
  }

  /** Number of the queue in its device. */
  int index() {
    return index;
  }

  Reactor reactor() {
    return reactor;
  }

  /** How it is; asks the reactor. Any thread, also after the end. */
  QueueState state() {
    return reactor.call(
        () ->
            new QueueState(
                index, reactor.cpu(), queue.inFlight(), queue.counters(), queue.broken()));
  }

  /** What it has done in all its life, once it is stopped. */
  QueueCounters lastCounters() {
    return queue.counters();
  }

  /**
   * Swaps the kick descriptor; the old one is nobody's when this returns. When the new one cannot
   * be watched the old one stays.
   */
  void kick(EventFd next) {
    if (next == null && kick == null) {
      return;
    }
    onReactor(
        () -> {
          watch(next);
          unwatch(kick);
          kick = next;
        });
  }

  /** Swaps the call descriptor; the old one is nobody's when this returns. */
  void call(EventFd next) {
    onReactor(() -> queue.call(next));
  }

  void enable(boolean on) {
    onReactor(() -> queue.enable(on));
  }

  /** Hands the queue another table, which it uses when this returns. */
  void memory(GuestMemory next) {
    unreleased++;
    Runnable released = () -> inbox.post(() -> unreleased--);
    onReactor(() -> queue.memory(next, released));
  }

  /** Counts latencies there from now on; null for nowhere. */
  void recorder(LatencyRecorder next) {
    reactor.surely(() -> queue.recorder(next));
  }

  /**
   * Lets interrupts wait as {@code how} says when the reactor asks it, so that the last of several
   * changes at once is the one that stays. Any thread.
   */
  void coalescing(Supplier<Coalescing> how) {
    reactor.surely(() -> queue.coalescing(how.get()));
  }

  /** Older tables under which something began that is left. */
  int unreleased() {
    return unreleased;
  }

  /**
   * Takes no new heads, waits for what is in flight and ends the queue.
   *
   * @return index of the next avail entry
   */
  int stop(String name) {
    reactor.surely(() -> queue.stop(() -> inbox.post(() -> drained = true)));
    inbox.await(() -> drained, "what is in flight in " + name);
    reactor.surely(this::forgetKick);
    device.destroyQueue(queue);
    placement.release(reactor);
    return queue.nextAvail();
  }

  private void watch(EventFd fd) {
    if (fd != null) {
      reactor.watch(fd.fd(), queue);
    } else {
      reactor.add(awake);
    }
  }

  private void unwatch(EventFd fd) {
    if (fd != null) {
      reactor.unwatch(fd.fd());
    } else {
      reactor.remove(awake);
    }
  }

  private void forgetKick() {
    if (kickWatched) {
      kickWatched = false;
      unwatch(kick);
    }
  }

  private void onReactor(Runnable work) {
    reactor.call(
        () -> {
          work.run();
          return null;
        });
  }
}

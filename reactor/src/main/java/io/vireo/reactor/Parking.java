package io.vireo.reactor;

import org.agrona.collections.Int2ObjectHashMap;

/**
 * Takes idle pollers out of the laps and brings them back, so that hundreds of idle queues cost a
 * busy one nothing. Reactor thread only.
 *
 * <p>A lap considers one poller for parking, so no lap pays for many at once. A parked one comes
 * back when its descriptor fires, looked at every {@link ReactorOptions#parkLookNs}; and when it
 * answers so itself, asked in turn, one at each look (against a driver that forgets to kick) and
 * all after a lap with messages (a message may have given it work).
 */
final class Parking {
  private final PollerList pollers;
  private final Waiter waiter;
  private final ReactorOptions options;
  private final LapCounters counters;
  private final Int2ObjectHashMap<Poller> watched = new Int2ObjectHashMap<>();

  private int candidate;
  private int asked;
  private long nextLookNs;

  Parking(PollerList pollers, Waiter waiter, ReactorOptions options, LapCounters counters) {
    this.pollers = pollers;
    this.waiter = waiter;
    this.options = options;
    this.counters = counters;
  }

  void watch(int fd, Poller poller) {
    if (watched.containsKey(fd)) {
      throw new IllegalArgumentException("descriptor " + fd + " is watched already");
    }
    waiter.watch(fd);
    watched.put(fd, poller);
  }

  void unwatch(int fd) {
    if (watched.remove(fd) == null) {
      throw new IllegalArgumentException("descriptor " + fd + " is not watched");
    }
    waiter.unwatch(fd);
  }

  /** The parking of one lap; after its polls. */
  void lap(long nowNs, boolean messages) {
    if (pollers.polled() > options.keepPolled()) {
      considerOne(nowNs);
    }
    if (pollers.parked() > 0) {
      if (messages) {
        pollers.unparkAllReady(nowNs);
      }
      if (nowNs - nextLookNs >= 0) {
        nextLookNs = nowNs + options.parkLookNs();
        await(0, nowNs);
        askOne(nowNs);
      }
    }
    counters.parked(pollers.parked());
  }

  /** Waits for descriptors; parked pollers whose own one fired are polled again. */
  void await(long timeoutNs, long nowNs) {
    int fired = waiter.await(timeoutNs);
    for (int i = 0; i < fired; i++) {
      Poller poller = watched.get(waiter.fired(i));
      if (poller != null) {
        int index = pollers.indexOf(poller);
        if (index >= pollers.polled()) {
          pollers.unpark(index, nowNs);
        }
      }
    }
  }

  private void considerOne(long nowNs) {
    int index = candidate < pollers.polled() ? candidate : 0;
    candidate = index + 1;
    if (pollers.idleSince(index, nowNs - options.parkAfterNs())) {
      pollers.park(index, nowNs);
    }
  }

  private void askOne(long nowNs) {
    if (pollers.parked() > 0) {
      asked = asked + 1 < pollers.parked() ? asked + 1 : 0;
      pollers.unparkIfReady(pollers.polled() + asked, nowNs);
    }
  }
}

package io.vireo.reactor;

import java.util.IdentityHashMap;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Takes idle pollers out of the laps and brings them back, so that hundreds of idle queues cost a
 * busy one nothing. Reactor thread only.
 *
 * <p>A lap considers one poller for parking, so no lap pays for many at once. A parked one comes
 * back when its descriptor fires, looked at every {@link ReactorOptions#parkLookNs}; and when it
 * answers so itself, asked in turn, one at each look (against a driver that forgets to kick) and
 * all after a lap with messages (a message may have given it work). One without a descriptor is
 * never parked: nothing would tell of its work.
 */
final class Parking {
  private final PollerList pollers;
  private final Waiter waiter;
  private final ReactorOptions options;
  private final LapCounters counters;
  private final Int2ObjectHashMap<Poller> watched = new Int2ObjectHashMap<>();

  /** How many descriptors are watched for a poller. */
  private final IdentityHashMap<Poller, Integer> descriptors = new IdentityHashMap<>();

  private int candidate;
  private int asked;
  private long nextLookNs;

  Parking(
      PollerList pollers, Waiter waiter, ReactorOptions options, LapCounters counters, long nowNs) {
    this.pollers = pollers;
    this.waiter = waiter;
    this.options = options;
    this.counters = counters;
    nextLookNs = nowNs;
  }

  void watch(int fd, Poller poller) {
    if (watched.containsKey(fd)) {
      throw new IllegalArgumentException("descriptor " + fd + " is watched already");
    }
    waiter.watch(fd);
    watched.put(fd, poller);
    descriptors.merge(poller, 1, Integer::sum);
  }

  void unwatch(int fd, long nowNs) {
    Poller poller = watched.remove(fd);
    if (poller == null) {
      throw new IllegalArgumentException("descriptor " + fd + " is not watched");
    }
    descriptors.computeIfPresent(poller, (p, count) -> count == 1 ? null : count - 1);
    unpark(poller, nowNs);
    waiter.unwatch(fd);
  }

  /** The parking of one lap; after its polls. */
  void lap(long nowNs, boolean messages) {
    if (pollers.parked() > 0) {
      bringBack(nowNs, messages);
    }
    if (pollers.polled() > options.keepPolled()) {
      considerOne(nowNs);
    }
    counters.parked(pollers.parked());
  }

  /** Waits for descriptors; how many fired. */
  int await(long timeoutNs) {
    return waiter.await(timeoutNs);
  }

  /** Polls those parked ones again whose descriptors the last {@link #await} found. */
  void unparkFired(int fired, long nowNs) {
    for (int i = 0; i < fired; i++) {
      Poller poller = watched.get(waiter.fired(i));
      if (poller != null) {
        unpark(poller, nowNs);
      }
    }
  }

  private void unpark(Poller poller, long nowNs) {
    int index = pollers.indexOf(poller);
    if (index >= pollers.polled()) {
      pollers.unpark(index, nowNs);
    }
  }

  private void bringBack(long nowNs, boolean messages) {
    if (messages) {
      pollers.unparkAllReady(nowNs);
    }
    if (nowNs - nextLookNs >= 0) {
      nextLookNs = nowNs + options.parkLookNs();
      unparkFired(await(0), nowNs);
      askOne(nowNs);
    }
  }

  private void considerOne(long nowNs) {
    int index = candidate < pollers.polled() ? candidate : 0;
    boolean parked =
        pollers.idleSince(index, nowNs - options.parkAfterNs())
            && descriptors.containsKey(pollers.get(index))
            && pollers.park(index, nowNs);
    // Another one has taken the place of a parked one.
    candidate = parked ? index : index + 1;
  }

  private void askOne(long nowNs) {
    if (pollers.parked() > 0) {
      asked = asked + 1 < pollers.parked() ? asked + 1 : 0;
      pollers.unparkIfReady(pollers.polled() + asked, nowNs);
    }
  }
}

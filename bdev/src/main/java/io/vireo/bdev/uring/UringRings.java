package io.vireo.bdev.uring;

import io.vireo.reactor.Reactor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rings of all reactors: one each while it has uring channels. A reactor's ring is looked up,
 * made and closed on that reactor's thread only.
 */
final class UringRings {
  private final Map<Reactor, UringRing> rings = new ConcurrentHashMap<>();
  private final int requests;
  private final int bounceBuffers;

  UringRings() {
    this(UringRing.REQUESTS, UringRing.BOUNCE_BUFFERS);
  }

  UringRings(int requests, int bounceBuffers) {
    this.requests = requests;
    this.bounceBuffers = bounceBuffers;
  }

  /** The reactor's ring, for one more channel. */
  UringRing join(Reactor reactor) {
    UringRing ring = rings.computeIfAbsent(reactor, r -> new UringRing(r, requests, bounceBuffers));
    ring.join();
    return ring;
  }

  /** A channel uses the reactor's ring no more; the last one closes it. */
  void leave(Reactor reactor) {
    if (rings.get(reactor).leave()) {
      rings.remove(reactor).close();
    }
  }

  /** How many reactors have a ring. */
  int size() {
    return rings.size();
  }
}

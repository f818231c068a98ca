package io.vireo.reactor;

/** What a {@link PollerList} knows of a poller. Reactor thread only. */
final class PollerSlot {
  long lastWorkNs;
  long busyRuns;
  long runs; // but those since it was unparked
  long polledSince; // how often all had been polled then

  /** Of another poller from now on. */
  void begin(long nowNs, long rounds) {
    lastWorkNs = nowNs;
    busyRuns = 0;
    runs = 0;
    polledSince = rounds;
  }
}

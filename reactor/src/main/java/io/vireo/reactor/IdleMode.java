package io.vireo.reactor;

/** What a reactor does when a lap found nothing to do. */
public enum IdleMode {
  /** Polls on: lowest latency, one core in full. */
  POLL,
  /** Sleeps after a while without work, until a descriptor, a message or a timer wakes it. */
  ADAPTIVE
}

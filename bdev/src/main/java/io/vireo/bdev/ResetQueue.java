package io.vireo.bdev;

/**
 * Reactor thread only. The resets that wait, on one channel, for what was in flight before them.
 *
 * <p>Each reset begins a new epoch; a request belongs to the epoch in which it was submitted, and
 * counts for every reset of that epoch or a later one. The oldest reset waits for a part of what
 * the next waits for, so that they end in order.
 */
final class ResetQueue {
  private BdevIo first;
  private BdevIo last;
  private int epoch;

  /** The epoch of a request submitted now. */
  int epoch() {
    return epoch;
  }

  boolean isEmpty() {
    return first == null;
  }

  void add(BdevIo reset, int inFlight) {
    reset.resetWaitsFor = inFlight;
    reset.nextReset = null;
    if (first == null) {
      first = reset;
    } else {
      last.nextReset = reset;
    }
    last = reset;
    reset.resetEpoch = ++epoch;
  }

  /** A request of that epoch has ended. */
  void ended(int itsEpoch) {
    for (BdevIo reset = first; reset != null; reset = reset.nextReset) {
      if (itsEpoch - reset.resetEpoch < 0) { // the epoch may wrap
        reset.resetWaitsFor--;
      }
    }
  }

  boolean hasReady() {
    return first != null && first.resetWaitsFor == 0;
  }

  /** The oldest reset, when it waits for nothing any more; else null. */
  BdevIo takeReady() {
    if (!hasReady()) {
      return null;
    }
    BdevIo reset = first;
    first = reset.nextReset;
    return reset;
  }
}

package io.vireo.bdev;

import java.util.Arrays;

/**
 * Reactor thread only. The resets that wait, on one channel, for what was in flight before them.
 *
 * <p>Each reset ends an epoch, and a request belongs to the epoch in which it was submitted. A
 * reset counts its own epoch's requests only (the reset before it is one of them) and ends after
 * those before it; so the end of a request touches one counter, however many resets a guest has
 * waiting.
 */
final class ResetQueue {
  private BdevIo[] waiting = new BdevIo[8]; // by epoch, modulo the length
  private int firstEpoch;
  private int epoch;
  private int countedByAll;

  /** The epoch of a request submitted now. */
  int epoch() {
    return epoch;
  }

  boolean isEmpty() {
    return firstEpoch == epoch;
  }

  /**
   * Ends an epoch.
   *
   * @param inFlight requests in flight, those that other resets count too
   * @return whether this one waits for more than the reset before it
   */
  boolean add(BdevIo reset, int inFlight) {
    int before = isEmpty() ? 0 : 1;
    if (epoch - firstEpoch == waiting.length) {
      grow();
    }
    reset.resetWaitsFor = inFlight - countedByAll;
    countedByAll = inFlight;
    waiting[index(epoch)] = reset;
    reset.resetEpoch = ++epoch;
    return reset.resetWaitsFor > before;
  }

  private void grow() {
    BdevIo[] old = waiting;
    waiting = Arrays.copyOf(old, 2 * old.length);
    for (int e = firstEpoch; e != epoch; e++) {
      waiting[index(e)] = old[e & (old.length - 1)];
    }
  }

  private int index(int itsEpoch) {
    return itsEpoch & (waiting.length - 1);
  }

  /** A request of that epoch has ended. */
  void ended(int itsEpoch) {
    if (itsEpoch != epoch) {
      waiting[index(itsEpoch)].resetWaitsFor--;
      countedByAll--;
    }
  }

  boolean hasReady() {
    return !isEmpty() && waiting[index(firstEpoch)].resetWaitsFor == 0;
  }

  /** The oldest reset, when it waits for nothing any more; else null. */
  BdevIo takeReady() {
    if (!hasReady()) {
      return null;
    }
    int index = index(firstEpoch++);
    BdevIo reset = waiting[index];
    waiting[index] = null;
    return reset;
  }
}

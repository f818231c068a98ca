package io.vireo.reactor;

import io.vireo.linux.FaultPoint;
import io.vireo.linux.Mem;
import java.util.Arrays;
import java.util.List;

/**
 * Pollers in the order of their turn; the parked ones stay at the end of the array, unpolled.
 * Reactor thread only.
 *
 * <p>Any poller may be added or removed at any time, also from within its own or another's {@code
 * poll}: the loop's index is a field and moves with the elements, so nobody is skipped, polled
 * twice in a lap, or called after its removal. Parking only swaps places, so it allocates nothing.
 */
final class PollerList {
  private final Faults faults;
  private Poller[] pollers = new Poller[8];

  /** What is known of the poller at the same index; looked at only when it had work. */
  private PollerSlot[] slots = new PollerSlot[8];

  /** How often all were polled. */
  private long rounds;

  /** Those below are polled, those from here to {@code size} are parked. */
  private int polled;

  private int size;

  /** Those that had work when all were polled last. */
  private int busy;

  /** Those of them that did as much as a short turn allows, or more. */
  private int deep;

  /** Index of the loop that is running, whichever that is. */
  private int cursor;

  PollerList(Faults faults) {
    this.faults = faults;
  }

  /** Polls everybody once; what they did in sum. */
  int poll(long nowNs) {
    int work = 0;
    int had = 0;
    int hadMuch = 0;
    rounds++;
    for (cursor = 0; cursor < polled; cursor++) {
      Poller poller = pollers[cursor];
      try {
        int done = poller.poll();
        if (done > 0) {
          work += done;
          had++;
          hadMuch += done >= LapBudget.MIN_REQUESTS ? 1 : 0;
          worked(nowNs);
        }
      } catch (Throwable t) {
        failed(poller, t);
      }
    }
    busy = had;
    deep = hadMuch;
    return work;
  }

  /** The one at the index did; one that removed itself moved it to the one before it, or to -1. */
  private void worked(long nowNs) {
    if (cursor >= 0) {
      slots[cursor].lastWorkNs = nowNs;
      slots[cursor].busyRuns++;
    }
  }

  void arm() {
    for (cursor = 0; cursor < polled; cursor++) {
      Poller poller = pollers[cursor];
      try {
        poller.arm();
      } catch (Throwable t) {
        failed(poller, t);
      }
    }
  }

  /** Whether anybody has work; after {@link #arm} and a full fence. */
  boolean ready() {
    for (cursor = 0; cursor < polled; cursor++) {
      Poller poller = pollers[cursor];
      try {
        if (poller.ready()) {
          return true;
        }
      } catch (Throwable t) {
        failed(poller, t);
      }
    }
    return false;
  }

  void disarm() {
    for (cursor = 0; cursor < polled; cursor++) {
      Poller poller = pollers[cursor];
      try {
        poller.disarm();
      } catch (Throwable t) {
        failed(poller, t);
      }
    }
  }

  void add(Poller poller, long nowNs) {
    if (indexOf(poller) >= 0) {
      throw new IllegalArgumentException(poller + " is polled already");
    }
    if (size == pollers.length) {
      pollers = Arrays.copyOf(pollers, size * 2);
      slots = Arrays.copyOf(slots, size * 2);
    }
    if (slots[size] == null) { // else one of a poller that was removed
      slots[size] = new PollerSlot();
    }
    slots[size].begin(nowNs, rounds);
    pollers[size] = poller;
    size++;
    swap(size - 1, polled);
    polled++;
  }

  /** Whether it was there. */
  boolean remove(Poller poller) {
    int index = indexOf(poller);
    if (index < 0) {
      return false;
    }
    size--;
    System.arraycopy(pollers, index + 1, pollers, index, size - index);
    PollerSlot spare = slots[index];
    System.arraycopy(slots, index + 1, slots, index, size - index);
    pollers[size] = null;
    slots[size] = spare;
    if (index < polled) {
      polled--;
    }
    if (index <= cursor) {
      cursor--;
    }
    return true;
  }

  int size() {
    return size;
  }

  /** How many had work when all were polled last. */
  int busy() {
    return busy;
  }

  /** How many of these had much, as {@link LapBudget} sees it. */
  int deep() {
    return deep;
  }

  int polled() {
    return polled;
  }

  int parked() {
    return size - polled;
  }

  Poller get(int index) {
    return pollers[index];
  }

  /** Whether the poller at {@code index} has had no work since before {@code ns}. */
  boolean idleSince(int index, long ns) {
    return slots[index].lastWorkNs - ns < 0;
  }

  /**
   * Parks the polled one at {@code index} if it agrees and has no work. Not from within a loop.
   *
   * @return whether it is parked; its place is then another's
   */
  boolean park(int index, long nowNs) {
    Poller poller = pollers[index];
    try {
      if (!poller.parkable()) {
        return false;
      }
      poller.arm();
      Mem.fullFence();
      boolean ready = poller.ready();
      FaultPoint.pass(); // from here on nothing may be left half done
      if (!ready) {
        slots[index].runs += rounds - slots[index].polledSince;
        polled--;
        swap(index, polled);
        return true;
      }
      slots[index].lastWorkNs = nowNs;
      poller.disarm();
    } catch (Throwable t) {
      failed(poller, t);
    }
    return false;
  }

  /** Polls the parked one at {@code index}, from {@link #polled} on, again. */
  void unpark(int index, long nowNs) {
    Poller poller = pollers[index];
    slots[index].lastWorkNs = nowNs;
    slots[index].polledSince = rounds;
    swap(index, polled);
    polled++;
    try {
      poller.disarm();
      FaultPoint.pass(); // our caller has more to do
    } catch (Throwable t) {
      failed(poller, t);
    }
  }

  /** Polls the parked one at {@code index} again if it has work or no longer wants to be parked. */
  void unparkIfReady(int index, long nowNs) {
    Poller poller = pollers[index];
    try {
      if (poller.ready() || !poller.parkable()) {
        unpark(index, nowNs);
      }
    } catch (Throwable t) {
      failed(poller, t);
    }
  }

  /** Polls all again. */
  void unparkAll(long nowNs) {
    while (polled < size) {
      unpark(polled, nowNs);
    }
  }

  /** Polls all again that have work. */
  void unparkAllReady(long nowNs) {
    for (cursor = polled; cursor < size; cursor++) {
      unparkIfReady(cursor, nowNs);
    }
  }

  /** By identity, whatever the poller thinks of equality; -1 when it is not there. */
  @SuppressWarnings("ReferenceEquality")
  int indexOf(Poller poller) {
    for (int i = 0; i < size; i++) {
      if (pollers[i] == poller) {
        return i;
      }
    }
    return -1;
  }

  private void failed(Poller poller, Throwable cause) {
    if (cause instanceof InternalError error) {
      faults.memoryFault(error);
    } else {
      remove(poller);
      faults.pollerFailed(poller, cause);
    }
  }

  /** Adds what is known of each. */
  void report(List<PollerStats> stats) {
    for (int i = 0; i < size; i++) {
      PollerSlot slot = slots[i];
      long runs = slot.runs + (i < polled ? rounds - slot.polledSince : 0);
      stats.add(new PollerStats(pollers[i].name(), i >= polled, runs, slot.busyRuns));
    }
  }

  private void swap(int a, int b) {
    Poller poller = pollers[a];
    pollers[a] = pollers[b];
    pollers[b] = poller;
    PollerSlot slot = slots[a];
    slots[a] = slots[b];
    slots[b] = slot;
  }
}

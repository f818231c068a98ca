package io.vireo.reactor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Written by the reactor thread only, read by any.
 *
 * <p>Opaque stores by a single writer cost what plain ones do; two cache lines of padding on either
 * side keep readers of the neighbourhood away.
 */
final class LapCounters {
  private static final int PADDING = 16;
  private static final int LAPS = PADDING;
  private static final int BUSY_NS = PADDING + 1;
  private static final int IDLE_NS = PADDING + 2;
  private static final int LONGEST_LAP_NS = PADDING + 3;
  private static final int SLEEPS = PADDING + 4;
  private static final int MEMORY_FAULTS = PADDING + 5;
  private static final int PARKED = PADDING + 6;
  private static final int LONG_LAPS = PADDING + 7;

  /** A lap above this is one in which its CPU was taken away, or a fault of ours. */
  private static final long LONG_NS = TimeUnit.MICROSECONDS.toNanos(100);

  private final AtomicLongArray values = new AtomicLongArray(LONG_LAPS + 1 + PADDING);

  /** Laps above this are looked at: one comparison for all others. */
  private long notableNs;

  void lap() {
    add(LAPS, 1);
  }

  /** Time awake in one lap. */
  void elapsed(long ns, boolean busy) {
    add(busy ? BUSY_NS : IDLE_NS, ns);
    if (ns > notableNs) {
      notable(ns);
    }
  }

  private void notable(long ns) {
    long longestNs = Math.max(ns, values.getPlain(LONGEST_LAP_NS));
    values.setOpaque(LONGEST_LAP_NS, longestNs);
    notableNs = Math.min(longestNs, LONG_NS);
    if (ns > LONG_NS) {
      add(LONG_LAPS, 1);
    }
  }

  /** Forgets how long laps were so far. */
  void resetLongestLap() {
    notableNs = 0;
    values.setOpaque(LONGEST_LAP_NS, 0);
    values.setOpaque(LONG_LAPS, 0);
  }

  void slept(long ns) {
    add(SLEEPS, 1);
    add(IDLE_NS, ns);
  }

  void memoryFault() {
    add(MEMORY_FAULTS, 1);
  }

  void parked(int pollers) {
    values.setOpaque(PARKED, pollers);
  }

  ReactorStats snapshot() {
    return new ReactorStats(
        values.getOpaque(LAPS),
        values.getOpaque(BUSY_NS),
        values.getOpaque(IDLE_NS),
        values.getOpaque(LONGEST_LAP_NS),
        values.getOpaque(LONG_LAPS),
        values.getOpaque(SLEEPS),
        values.getOpaque(MEMORY_FAULTS),
        (int) values.getOpaque(PARKED));
  }

  private void add(int counter, long amount) {
    values.setOpaque(counter, values.getPlain(counter) + amount);
  }
}

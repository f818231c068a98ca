package io.vireo.reactor;

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

  private final AtomicLongArray values = new AtomicLongArray(PARKED + 1 + PADDING);

  void lap() {
    add(LAPS, 1);
  }

  /** Time awake in one lap. */
  void elapsed(long ns, boolean busy) {
    add(busy ? BUSY_NS : IDLE_NS, ns);
    if (ns > values.getPlain(LONGEST_LAP_NS)) {
      values.setOpaque(LONGEST_LAP_NS, ns);
    }
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
        values.getOpaque(SLEEPS),
        values.getOpaque(MEMORY_FAULTS),
        (int) values.getOpaque(PARKED));
  }

  private void add(int counter, long amount) {
    values.setOpaque(counter, values.getPlain(counter) + amount);
  }
}

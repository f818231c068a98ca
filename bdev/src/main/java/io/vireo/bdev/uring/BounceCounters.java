package io.vireo.bdev.uring;

import io.vireo.bdev.iobuf.IobufStats;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Reactor thread only, but for {@link #stats}. What one reactor's bounce buffers were asked for:
 * opaque stores of one thread, which cost what plain ones do.
 */
final class BounceCounters {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int LENT = 0;
  private static final int WAITED = 1;
  private static final int LARGE = 2; // the same two of large buffers
  private final long[] slots = new long[2 * LARGE];

  void lent(boolean large) {
    add(large ? LARGE + LENT : LENT);
  }

  /** A transfer found none, of the size that it should have had. */
  void waited(boolean large) {
    add(large ? LARGE + WAITED : WAITED);
  }

  private void add(int slot) {
    SLOT.setOpaque(slots, slot, slots[slot] + 1);
  }

  private long read(int slot) {
    return (long) SLOT.getOpaque(slots, slot);
  }

  /** Any thread. A reactor has all its buffers at hand: none comes from elsewhere. */
  IobufStats stats() {
    return new IobufStats(
        new IobufStats.Pool(read(LENT), 0, read(WAITED)),
        new IobufStats.Pool(read(LARGE + LENT), 0, read(LARGE + WAITED)));
  }
}

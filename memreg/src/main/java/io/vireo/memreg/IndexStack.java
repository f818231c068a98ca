package io.vireo.memreg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Numbers from 0 up that nobody has, on a stack from which any thread takes and to which it gives
 * many at once, without a lock: one compare-and-set moves a chain of them.
 *
 * <pre>
 *   head  63      32 31       0
 *         |  times  |  top + 1 |      times: how often the head was changed, so that a chain that
 *                                            went away and came back is not taken for itself
 * </pre>
 */
final class IndexStack {
  private static final int NONE = -1;
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(IndexStack.class, "head", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int[] next; // the one below in the stack; NONE at its bottom
  private volatile long head;

  /** With all numbers below {@code size} on it, the lowest on top. */
  IndexStack(int size) {
    next = new int[size];
    for (int i = 0; i < size; i++) {
      next[i] = i + 1 < size ? i + 1 : NONE;
    }
    head = size > 0 ? 1 : 0;
  }

  /** Takes at most {@code max} into {@code taken}; answers how many. */
  int take(int[] taken, int max) {
    while (true) {
      long seen = head;
      int top = top(seen);
      int count = 0;
      while (top != NONE && count < max) { // what is read amiss here, the compare-and-set refuses
        taken[count++] = top;
        top = next[top];
      }
      if (count == 0 || HEAD.compareAndSet(this, seen, changed(seen, top))) {
        return count;
      }
    }
  }

  /**
   * Gives the first {@code count} of {@code given}, which are the caller's; the first is on top.
   */
  void give(int[] given, int count) {
    if (count == 0) {
      return;
    }
    for (int i = 0; i + 1 < count; i++) {
      next[given[i]] = given[i + 1];
    }
    while (true) {
      long seen = head;
      next[given[count - 1]] = top(seen);
      if (HEAD.compareAndSet(this, seen, changed(seen, given[0]))) {
        return;
      }
    }
  }

  private static int top(long head) {
    return (int) head - 1;
  }

  private static long changed(long seen, int top) {
    return ((seen >>> 32) + 1) << 32 | (top + 1);
  }
}

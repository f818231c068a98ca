package io.vireo.memreg;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The elements of a {@link DmaPool} that no cache has. Reactor thread only, of any number of
 * reactors: whole batches come and go without a lock.
 */
final class DmaElements {
  private final String pool;
  private final DmaChunks chunks;
  private final long[] hvas; // of all elements
  private final IndexStack stack; // indexes of hvas
  private final boolean[] isHere; // on the stack; belongs to who has the element
  private final AtomicInteger free;

  DmaElements(String pool, DmaChunks chunks) {
    this.pool = pool;
    this.chunks = chunks;
    this.hvas = chunks.hvas();
    this.stack = new IndexStack(hvas.length);
    this.isHere = new boolean[hvas.length];
    this.free = new AtomicInteger(hvas.length);
    Arrays.fill(isHere, true);
  }

  int size() {
    return hvas.length;
  }

  int free() {
    return free.get();
  }

  /**
   * Takes at most as many as {@code indexes} is long.
   *
   * @param into where their addresses are put, from its start
   * @param indexes for the work in between
   * @return how many
   */
  int take(long[] into, int[] indexes) {
    int count = stack.take(indexes, indexes.length);
    for (int i = 0; i < count; i++) {
      isHere[indexes[i]] = false;
      into[i] = hvas[indexes[i]];
    }
    free.addAndGet(-count);
    return count;
  }

  /**
   * Gives the first {@code count} of {@code from}, at most as many as {@code indexes} is long.
   *
   * @throws IllegalStateException if one is no element, or was given before: nothing has happened
   */
  void give(long[] from, int count, int[] indexes) {
    for (int i = 0; i < count; i++) {
      int index = chunks.indexOf(from[i]);
      if (index < 0 || isHere[index]) {
        takeBack(indexes, i);
        throw refusal(from[i], index >= 0);
      }
      isHere[index] = true;
      indexes[i] = index;
    }
    free.addAndGet(count);
    stack.give(indexes, count);
  }

  private void takeBack(int[] indexes, int count) {
    for (int i = 0; i < count; i++) {
      isHere[indexes[i]] = false;
    }
  }

  private IllegalStateException refusal(long hva, boolean known) {
    String what = "0x" + Long.toHexString(hva); // hot code formats nothing
    return new IllegalStateException(
        known
            ? "element " + what + " of pool " + pool + " was put back twice"
            : what + " is no element of pool " + pool);
  }
}

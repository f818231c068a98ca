package io.vireo.virtio.queue;

import java.util.ArrayDeque;

/**
 * Reactor thread only. Counts the requests that have begun and not ended, and which memory table
 * each of them began under, so that a mapping outlives every request that may still touch it.
 *
 * <p>A request notes the epoch at its beginning and brings it back at its end. Almost always the
 * epoch is still the current one and the count is all there is to do.
 */
public final class InFlight {
  private final ArrayDeque<Older> olders = new ArrayDeque<>();
  private int count;
  private int countOfOlders;
  private int epoch;
  private Runnable whenNone;

  /** Requests that began under one older table, and who waits for their end. */
  private static final class Older {
    final int epoch;
    final Runnable released;
    int left;

    Older(int epoch, int left, Runnable released) {
      this.epoch = epoch;
      this.left = left;
      this.released = released;
    }
  }

  /** One more; answers the epoch to bring back. */
  public int begin() {
    count++;
    return epoch;
  }

  /** One less. May run what waits for it. */
  public void end(int begunIn) {
    count--;
    if (begunIn != epoch) {
      endOlder(begunIn);
    }
    if (count == 0 && whenNone != null) {
      Runnable waiting = whenNone;
      whenNone = null;
      waiting.run();
    }
  }

  private void endOlder(int begunIn) {
    countOfOlders--;
    for (Older older : olders) {
      if (older.epoch == begunIn) {
        older.left--;
        break;
      }
    }
    release();
  }

  /**
   * Another table is in force from now on. {@code released} runs as soon as every request that
   * began under an older one has ended, which may be at once.
   */
  public void nextEpoch(Runnable released) {
    int begunInThis = count - countOfOlders;
    countOfOlders = count;
    olders.add(new Older(epoch, begunInThis, released));
    epoch++;
    release();
  }

  /** Tables are let go in their order: a later one may share mappings with an earlier. */
  private void release() {
    while (!olders.isEmpty() && olders.peek().left == 0) {
      olders.remove().released.run();
    }
  }

  /** Runs {@code action} once nothing is in flight, which may be at once; several one by one. */
  public void whenNone(Runnable action) {
    if (count == 0) {
      action.run();
    } else {
      Runnable earlier = whenNone;
      whenNone =
          earlier == null
              ? action
              : () -> {
                earlier.run();
                action.run();
              };
    }
  }

  public int count() {
    return count;
  }
}

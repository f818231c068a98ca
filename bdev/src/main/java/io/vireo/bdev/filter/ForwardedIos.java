package io.vireo.bdev.filter;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import java.util.Arrays;

/**
 * Reactor thread only. The requests that a filter's channel can have at the base: made as they are
 * first needed, and the last one given back is the next one taken.
 */
final class ForwardedIos {
  /** Made together, a rare step. */
  static final int CHUNK = 16;

  private ForwardedIo[] made = new ForwardedIo[0]; // by tag
  private final int[] free = new int[FilterChannel.MAX_IN_FLIGHT]; // tags
  private int freeCount;

  /**
   * The one that {@link #take} will take; may be used until then. Null when there are no more.
   *
   * @param owner told when a request to the base has ended; always the same
   */
  ForwardedIo next(IoCompletion owner) {
    if (freeCount == 0 && made.length < FilterChannel.MAX_IN_FLIGHT) {
      grow(owner);
    }
    return freeCount == 0 ? null : made[free[freeCount - 1]];
  }

  private void grow(IoCompletion owner) {
    int tag = made.length;
    made = Arrays.copyOf(made, tag + CHUNK);
    for (; tag < made.length; tag++) {
      made[tag] = new ForwardedIo(owner, tag);
      free[freeCount++] = tag;
    }
  }

  /** Takes {@link #next} for a request. */
  void take(BdevIo above) {
    made[free[--freeCount]].above = above;
  }

  /** Gives one back; the request that it was taken for. */
  BdevIo give(ForwardedIo forwarded) {
    BdevIo above = forwarded.above;
    forwarded.above = null;
    free[freeCount++] = forwarded.tag();
    return above;
  }

  ForwardedIo byTag(int tag) {
    return made[tag];
  }

  /** Whether one is taken for that request. */
  boolean holds(BdevIo above) {
    for (ForwardedIo forwarded : made) {
      if (forwarded.above == above) {
        return true;
      }
    }
    return false;
  }
}

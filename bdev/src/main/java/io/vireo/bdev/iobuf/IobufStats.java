package io.vireo.bdev.iobuf;

/** What a module's buffers of the two sizes were asked for. */
public record IobufStats(Pool small, Pool large) {
  /** Nothing. */
  public static final IobufStats NONE = new IobufStats(Pool.NONE, Pool.NONE);

  /**
   * Of one size.
   *
   * @param cache how many were lent that the reactor had at hand
   * @param main how many were lent after the reactor had fetched more from what all share
   * @param retry how often there was none, so that a transfer waited
   */
  public record Pool(long cache, long main, long retry) {
    public static final Pool NONE = new Pool(0, 0, 0);

    Pool plus(Pool other) {
      return new Pool(cache + other.cache, main + other.main, retry + other.retry);
    }
  }

  public IobufStats plus(IobufStats other) {
    return new IobufStats(small.plus(other.small), large.plus(other.large));
  }
}

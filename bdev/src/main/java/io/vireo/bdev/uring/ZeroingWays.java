package io.vireo.bdev.uring;

/**
 * What a bdev's file system is not yet known not to know. Reactors' threads, without order among
 * them: a field only ever goes from true to false, and who sees that late learns it again.
 */
final class ZeroingWays {
  boolean punch;
  boolean zeroRange = true;
  boolean allocate = true;

  ZeroingWays(boolean punch) {
    this.punch = punch;
  }

  /** fallocate with this mode ended with EOPNOTSUPP. */
  void cannot(int mode) {
    switch (mode) {
      case Zeroing.PUNCH -> punch = false;
      case Zeroing.ZERO_RANGE -> zeroRange = false;
      case Zeroing.ALLOCATE -> allocate = false;
      default -> throw new IllegalArgumentException("no way to zero: mode " + mode);
    }
  }
}

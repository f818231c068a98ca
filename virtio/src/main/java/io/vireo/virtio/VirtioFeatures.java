package io.vireo.virtio;

/** Device-independent feature bits, as masks (virtio 1.3, 6 "Reserved Feature Bits"). */
public final class VirtioFeatures {
  /** Header, data and status may be framed in any way (6.3, for legacy drivers). */
  public static final long ANY_LAYOUT = 1L << 27;

  /** Chains may continue in a table of their own (2.7.5.3). */
  public static final long INDIRECT_DESC = 1L << 28;

  /** Notifications are suppressed by index, not by flag (2.7.7, 2.7.10). */
  public static final long EVENT_IDX = 1L << 29;

  /** Not a legacy device. */
  public static final long VERSION_1 = 1L << 32;

  private VirtioFeatures() {}

  /** Whether all bits of {@code mask} are in {@code features}. */
  public static boolean has(long features, long mask) {
    return (features & mask) == mask;
  }
}

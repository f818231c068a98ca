package io.vireo.virtio.queue;

/** Arithmetic of the free-running 16-bit indexes of rings; they wrap at 65536. */
public final class RingIndex {
  private static final int MASK = 0xffff;

  private RingIndex() {}

  /** {@code index} moved on by {@code by}, which may be negative. */
  public static int plus(int index, int by) {
    return (index + by) & MASK;
  }

  /** How far {@code later} is ahead of {@code earlier}: 0 to 65535. */
  public static int distance(int later, int earlier) {
    return (later - earlier) & MASK;
  }

  /**
   * Whether an index that moved from {@code old} to {@code now} has passed {@code event}: an entry
   * was written at the place the other side named (virtio 1.3, 2.7.7.2 and 2.7.10.1).
   */
  public static boolean passed(int event, int now, int old) {
    return distance(now, plus(event, 1)) < distance(now, old);
  }
}

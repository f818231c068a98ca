package io.vireo.virtio.queue;

import io.vireo.virtio.Coalescing;

/**
 * Reactor thread only. How long the interrupts of one queue wait.
 *
 * <p>Counted from the interrupt before, so the first one after a pause is never late. The rate is
 * looked at every {@link #WINDOW_NS}, and once more when nothing was served for so long: then the
 * delay is over, whatever it was, so an interrupt waits no longer than twice that.
 */
final class Coalescer {
  /** As often as the field's targets look at the rate. */
  static final long WINDOW_NS = 10_000_000;

  private static final long NS_PER_SECOND = 1_000_000_000;

  private final long baseNs;
  private final long threshold;
  private long windowNs; // when this one began
  private long served; // in this window, without those that are owed
  private long signalledNs;
  private long delayNs;

  Coalescer(Coalescing how, long nowNs) {
    baseNs = how.delayBaseUs() * 1_000;
    threshold = how.iopsThreshold();
    windowNs = nowNs;
    signalledNs = nowNs;
  }

  /** The driver is owed nothing any more for so many entries. */
  void settled(int entries) {
    served += entries;
  }

  /** The driver was interrupted. */
  void signalled(long nowNs) {
    signalledNs = nowNs;
  }

  /**
   * Whether the next interrupt is to wait.
   *
   * @param owed entries published since the last {@link #settled}
   */
  boolean holds(int owed, long nowNs) {
    long passedNs = nowNs - windowNs;
    if (passedNs >= WINDOW_NS) {
      delayNs = delayNs((served + owed) * NS_PER_SECOND / passedNs);
      windowNs = nowNs;
      served = -owed; // they come once more when they are settled
    }
    return nowNs - signalledNs < delayNs;
  }

  private long delayNs(long rate) {
    return rate <= threshold ? 0 : Math.min(baseNs, baseNs * (rate - threshold) / threshold);
  }
}

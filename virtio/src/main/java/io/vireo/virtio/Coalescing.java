package io.vireo.virtio;

/**
 * When a driver's interrupts wait for each other: a queue that serves more than a number of
 * requests a second interrupts less often, for a delay that grows with the rate.
 *
 * @param delayBaseUs the longest delay in microseconds, at most {@value #MAX_DELAY_US}; 0: none
 * @param iopsThreshold requests a second of one queue up to which every interrupt is sent at once,
 *     {@value #MIN_THRESHOLD} at least: one in each look at the rate. At twice as many the delay is
 *     the longest
 */
public record Coalescing(long delayBaseUs, long iopsThreshold) {
  /** One second; who waits longer has lost the interrupt. */
  public static final long MAX_DELAY_US = 1_000_000;

  /** The field's least threshold, for it counts whole requests in 10 ms. */
  public static final long MIN_THRESHOLD = 100;

  /** The field's threshold of a controller that nobody has told to coalesce. */
  public static final long USUAL_THRESHOLD = 60_000;

  /** Every interrupt is sent at once. */
  public static final Coalescing OFF = new Coalescing(0, USUAL_THRESHOLD);

  /**
   * @throws IllegalArgumentException for a value that cannot be, in one sentence
   */
  public Coalescing {
    if (delayBaseUs < 0 || delayBaseUs > MAX_DELAY_US) {
      throw new IllegalArgumentException(
          "coalescing delay of %d us is not between 0 and %d".formatted(delayBaseUs, MAX_DELAY_US));
    }
    if (iopsThreshold < MIN_THRESHOLD) {
      throw new IllegalArgumentException(
          "coalescing threshold of %d requests a second is below %d"
              .formatted(iopsThreshold, MIN_THRESHOLD));
    }
  }

  /** Whether no interrupt ever waits. */
  public boolean off() {
    return delayBaseUs == 0;
  }
}

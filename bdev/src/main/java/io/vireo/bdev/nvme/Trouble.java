package io.vireo.bdev.nvme;

import io.vireo.bdev.nvme.NvmeOptions.LossOptions;
import io.vireo.nvme.PollClock;

/**
 * How long a controller cannot be brought back already, what its options want then, and when it is
 * tried again. On the drive's thread.
 */
final class Trouble {
  private static final long NS_OF_SEC = 1_000_000_000L;

  private final LossOptions options;
  private final PollClock clock;
  private boolean lasts;
  private long sinceNs;
  private long nextTrialNs;

  Trouble(LossOptions options, PollClock clock) {
    this.options = options;
    this.clock = clock;
  }

  /** It begins, if it did not long ago. */
  void begin() {
    sinceNs = lasts ? sinceNs : clock.nanoTime();
    lasts = true;
  }

  /** The controller is back, or an operator wants it to be disabled. */
  void end() {
    lasts = false;
  }

  private boolean lastsFor(long sec) {
    return lasts && clock.nanoTime() - sinceNs >= sec * NS_OF_SEC;
  }

  /** Whether one failure is enough. */
  boolean isFinalAtOnce() {
    return options.lossTimeoutSec() == 0;
  }

  /** Whether the controller is to be given up. */
  boolean isFinal() {
    return options.lossTimeoutSec() > 0 && lastsFor(options.lossTimeoutSec());
  }

  /** Whether requests are to wait no longer. */
  boolean endsRequests() {
    return options.fastFailSec() > 0 && lastsFor(options.fastFailSec());
  }

  /** The next trial has to wait. */
  void delayTrial() {
    nextTrialNs = clock.nanoTime() + Math.max(1, options.reconnectDelaySec()) * NS_OF_SEC;
  }

  /** Whether it has waited long enough. */
  boolean isTimeForTrial() {
    return clock.isOver(nextTrialNs);
  }
}

package io.vireo.bdev.nvme;

import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.TimeoutListener;
import io.vireo.nvme.transport.NvmeRequest;

/**
 * Commands of a queue pair that take too long. Reactor thread only, but for {@link #wereTold} and
 * for what a look has found: that is the drive's thread, which waits for the look.
 *
 * <p>When a command was submitted tells whether a look has found it before: then it was late at the
 * last one already. Its id tells nothing, for that comes again.
 */
final class LateCommands implements TimeoutListener {
  private final IoQueuePair pair;
  private final long limitNs;
  private final int[] fresh; // command ids
  private final TimeoutListener visitor = this::see;
  private int freshCount;
  private boolean overdue;
  private long lookNs; // the time of the last look that found something, or of the beginning
  private long lastLookNs; // the same of the look before that one
  private volatile boolean told;

  /**
   * @param limitNs how long a command may take; 0: any time
   */
  LateCommands(IoQueuePair pair, long limitNs) {
    this.pair = pair;
    this.limitNs = limitNs;
    this.fresh = new int[pair.capacity()];
  }

  /** From now on they are told of. */
  void watch(long nowNs) {
    lookNs = nowNs;
    pair.watch(limitNs, this);
  }

  /** The drive will see that soon, however many become late meanwhile, and how often. */
  @Override
  public void late(IoQueuePair p, NvmeRequest request, long ageNs) {
    if (!told) {
      told = true;
    }
  }

  /** Whether commands became late since this was asked last; the look comes after it. */
  boolean wereTold() {
    boolean were = told;
    if (were) {
      told = false;
    }
    return were;
  }

  /** The drive looks. */
  void look() {
    freshCount = 0;
    overdue = false;
    lastLookNs = lookNs;
    pair.visitLate(visitor);
  }

  private void see(IoQueuePair p, NvmeRequest request, long ageNs) {
    lookNs = request.submittedNs() + ageNs; // of all that this look finds
    long limitsThen = (lastLookNs - request.submittedNs()) / limitNs;
    if (limitsThen <= 0) {
      fresh[freshCount++] = request.commandId();
    } else if (ageNs / limitNs > limitsThen) {
      overdue = true;
    }
  }

  /** How many are late that no look found before. */
  int freshCount() {
    return freshCount;
  }

  /** The id of the command {@code index} of those. */
  int fresh(int index) {
    return fresh[index];
  }

  /** Whether another limit is over for one that a look found before: what was done did not help. */
  boolean isOverdue() {
    return overdue;
  }
}

package io.vireo.linux.uring;

import io.vireo.linux.Mem;

/**
 * The queue that we fill and the kernel empties while it is entered. Reactor thread only.
 *
 * <p>Entries lie in ring order; {@code tail} counts those handed out, the kernel's head those
 * taken.
 */
public final class SubmissionQueue {
  /** Completions did not fit and wait in the kernel; entering with GETEVENTS fetches them. */
  static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;

  /** Work that ends requests waits for us to enter the kernel. */
  static final int IORING_SQ_TASKRUN = 1 << 2;

  private final long headAddress;
  private final long tailAddress;
  private final long flagsAddress;
  private final long entriesAddress;
  private final int entries;
  private int tail;

  SubmissionQueue(
      long headAddress, long tailAddress, long flagsAddress, long entriesAddress, int entries) {
    this.headAddress = headAddress;
    this.tailAddress = tailAddress;
    this.flagsAddress = flagsAddress;
    this.entriesAddress = entriesAddress;
    this.entries = entries;
    this.tail = Mem.getInt(tailAddress);
  }

  /** How many entries it has: what was asked for, rounded up to a power of two. */
  public int entries() {
    return entries;
  }

  /** How many entries wait to be submitted. */
  public int queued() {
    return tail - Mem.getIntAcquire(headAddress);
  }

  /** How many entries {@link #next} would hand out now. */
  public int space() {
    return entries - queued();
  }

  /** The address of the next entry, all zero, to be filled by {@link Sqe}; 0 when full. */
  public long next() {
    if (queued() == entries) {
      return 0;
    }
    long sqe = entriesAddress + (long) (tail & entries - 1) * Sqe.BYTES;
    for (int i = 0; i < Sqe.BYTES; i += Long.BYTES) {
      Mem.putLong(sqe + i, 0);
    }
    tail++;
    return sqe;
  }

  /** Shows the kernel what was filled; answers how many entries wait. */
  int publish() {
    Mem.putIntRelease(tailAddress, tail);
    return queued();
  }

  /** Must the kernel be entered, even with nothing to submit, for completions to appear? */
  boolean needsEnter() {
    int flags = Mem.getIntAcquire(flagsAddress);
    return (flags & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN)) != 0;
  }
}

package io.vireo.linux.uring;

import io.vireo.linux.Mem;

/**
 * The queue that the kernel fills and we empty. Reactor thread only.
 *
 * <p>{@link #next} takes one completion out, whose fields then stay readable until the next call:
 *
 * <pre>
 *   while (cq.next()) {
 *     ended(cq.userData(), cq.res());
 *   }
 * </pre>
 *
 * <p>None is ever lost: when the queue is full the kernel keeps the rest (IORING_FEAT_NODROP) until
 * {@link IoUring#submit} asks for it.
 */
public final class CompletionQueue {
  /** struct io_uring_cqe: u64 user_data, s32 res, u32 flags. */
  static final int CQE_BYTES = 16;

  static final int USER_DATA = 0;
  static final int RES = 8;

  private final long headAddress;
  private final long tailAddress;
  private final long entriesAddress;
  private final int entries;
  private int head;
  private long userData;
  private int res;

  CompletionQueue(long headAddress, long tailAddress, long entriesAddress, int entries) {
    this.headAddress = headAddress;
    this.tailAddress = tailAddress;
    this.entriesAddress = entriesAddress;
    this.entries = entries;
    this.head = Mem.getInt(headAddress);
  }

  /** How many completions it holds before the kernel must keep them. */
  public int entries() {
    return entries;
  }

  /** How many completions wait here. */
  public int waiting() {
    return Mem.getIntAcquire(tailAddress) - head;
  }

  /** Takes the next completion; false when none waits. */
  public boolean next() {
    if (waiting() == 0) {
      return false;
    }
    long cqe = entriesAddress + (long) (head & entries - 1) * CQE_BYTES;
    userData = Mem.getLong(cqe + USER_DATA);
    res = Mem.getInt(cqe + RES);
    head++;
    Mem.putIntRelease(headAddress, head);
    return true;
  }

  /** The word that was given to the request's {@link Sqe}. */
  public long userData() {
    return userData;
  }

  /** The request's result: what its system call would have answered, or the negative errno. */
  public int res() {
    return res;
  }
}

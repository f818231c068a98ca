package io.vireo.linux.uring;

import static io.vireo.linux.ErrnoException.check;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.Syscall;
import java.lang.foreign.Arena;

/**
 * A ring's descriptor and the memory that it shares with the kernel: one mapping with the indexes
 * of both queues and the completions, one with the submission entries.
 */
final class RingMemory implements AutoCloseable {
  static final int IORING_SETUP_CQSIZE = 1 << 3;
  static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
  static final int IORING_SETUP_COOP_TASKRUN = 1 << 8;
  static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;
  static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;

  /**
   * The kernel does not interrupt us to end requests, it sets a flag (COOP_TASKRUN is of use only
   * together with TASKRUN_FLAG: a spinning reaper would starve). DEFER_TASKRUN measured no faster,
   * and completions of such a ring do not wake its own thread from epoll_wait (seen on Linux 6.18).
   * SUBMIT_ALL: an entry that is refused does not hold up those behind it.
   */
  private static final int FLAGS =
      IORING_SETUP_COOP_TASKRUN
          | IORING_SETUP_TASKRUN_FLAG
          | IORING_SETUP_SINGLE_ISSUER
          | IORING_SETUP_SUBMIT_ALL;

  static final int IORING_OFF_SQ_RING = 0;
  static final int IORING_OFF_SQES = 0x10000000;

  /** struct io_uring_params: what we ask for, and where the kernel has put everything. */
  static final int PARAMS_BYTES = 120;

  static final int SQ_ENTRIES = 0;
  static final int CQ_ENTRIES = 4;
  static final int SETUP_FLAGS = 8;
  static final int SQ_OFF_HEAD = 40;
  static final int SQ_OFF_TAIL = 44;
  static final int SQ_OFF_FLAGS = 56;
  static final int SQ_OFF_ARRAY = 64;
  static final int CQ_OFF_HEAD = 80;
  static final int CQ_OFF_TAIL = 84;
  static final int CQ_OFF_CQES = 100;

  private static final int RW = Libc.PROT_READ | Libc.PROT_WRITE;
  private static final int SHARED = Libc.MAP_SHARED | Libc.MAP_POPULATE;

  final int fd;
  final SubmissionQueue sq;
  final CompletionQueue cq;
  private final long rings;
  private final long ringsBytes;
  private final long sqes;
  private final long sqesBytes;

  /** Takes over {@code fd}; {@code params} are as io_uring_setup has left them. */
  private RingMemory(int fd, long params) {
    int sqEntries = Mem.getInt(params + SQ_ENTRIES);
    int cqEntries = Mem.getInt(params + CQ_ENTRIES);
    long array = Mem.getInt(params + SQ_OFF_ARRAY);
    long cqes = Mem.getInt(params + CQ_OFF_CQES);
    this.fd = fd;
    // Both lie in one mapping since Linux 5.4 (IORING_FEAT_SINGLE_MMAP); which ends last differs.
    ringsBytes =
        Math.max(
            array + (long) sqEntries * Integer.BYTES,
            cqes + (long) cqEntries * CompletionQueue.CQE_BYTES);
    sqesBytes = (long) sqEntries * Sqe.BYTES;
    rings = Libc.mmap(0, ringsBytes, RW, SHARED, fd, IORING_OFF_SQ_RING);
    try {
      sqes = Libc.mmap(0, sqesBytes, RW, SHARED, fd, IORING_OFF_SQES);
    } catch (RuntimeException e) {
      Libc.munmap(rings, ringsBytes);
      throw e;
    }
    // The array lets entries be submitted in another order than they lie in; ours never are.
    for (int i = 0; i < sqEntries; i++) {
      Mem.putInt(rings + array + (long) i * Integer.BYTES, i);
    }
    sq =
        new SubmissionQueue(
            rings + Mem.getInt(params + SQ_OFF_HEAD),
            rings + Mem.getInt(params + SQ_OFF_TAIL),
            rings + Mem.getInt(params + SQ_OFF_FLAGS),
            sqes,
            sqEntries);
    cq =
        new CompletionQueue(
            rings + Mem.getInt(params + CQ_OFF_HEAD),
            rings + Mem.getInt(params + CQ_OFF_TAIL),
            rings + cqes,
            cqEntries);
  }

  static RingMemory create(int entries, IoUring.Options options) {
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_BYTES, 8).address();
      int flags = FLAGS;
      if (options.completionEntries() != 0) {
        flags |= IORING_SETUP_CQSIZE;
        Mem.putInt(params + CQ_ENTRIES, options.completionEntries());
      }
      Mem.putInt(params + SETUP_FLAGS, flags);
      long fd = Syscall.call(Syscall.IO_URING_SETUP, entries, params);
      check(fd, "io_uring_setup", "of " + entries + " entries");
      try {
        return new RingMemory((int) fd, params);
      } catch (RuntimeException e) {
        Libc.close((int) fd);
        throw e;
      }
    }
  }

  @Override
  public void close() {
    Libc.munmap(sqes, sqesBytes);
    Libc.munmap(rings, ringsBytes);
    Libc.close(fd);
  }
}

package io.vireo.linux.uring;

import io.vireo.linux.Mem;

/**
 * A submission queue entry: struct io_uring_sqe, 64 bytes.
 *
 * <pre>
 *  0 opcode u8 | flags u8 | ioprio u16 | fd s32
 *  8 off u64                             addr2
 * 16 addr u64
 * 24 len u32           | rw_flags u32    fsync_flags, poll32_events
 * 32 user_data u64
 * 40 buf_index u16 | personality u16 | file_index u32
 * 48 addr3 u64
 * 56 unused
 * </pre>
 *
 * <p>The setters fill an entry that {@link SubmissionQueue#next} answered, all zero; {@code
 * userData} comes back with the completion. Reactor thread only.
 */
public final class Sqe {
  static final int BYTES = 64;
  static final int OPCODE = 0;
  static final int FD = 4;
  static final int OFF = 8;
  static final int ADDR = 16;
  static final int LEN = 24;
  static final int RW_FLAGS = 28;
  static final int USER_DATA = 32;

  public static final int IORING_OP_NOP = 0;
  public static final int IORING_OP_READV = 1;
  public static final int IORING_OP_WRITEV = 2;
  public static final int IORING_OP_FSYNC = 3;
  public static final int IORING_OP_POLL_ADD = 6;
  public static final int IORING_OP_ASYNC_CANCEL = 14;
  public static final int IORING_OP_FALLOCATE = 17;
  public static final int IORING_OP_READ = 22;
  public static final int IORING_OP_WRITE = 23;

  /** For a write: complete when the data are durable. */
  public static final int RWF_DSYNC = 2;

  static final int IORING_FSYNC_DATASYNC = 1;

  private Sqe() {}

  private static void prepare(
      long sqe, int opcode, int fd, long address, int length, long offset, long userData) {
    Mem.putByte(sqe + OPCODE, (byte) opcode);
    Mem.putInt(sqe + FD, fd);
    Mem.putLong(sqe + OFF, offset);
    Mem.putLong(sqe + ADDR, address);
    Mem.putInt(sqe + LEN, length);
    Mem.putLong(sqe + USER_DATA, userData);
  }

  /** Does nothing; completes with 0. */
  public static void prepNop(long sqe, long userData) {
    prepare(sqe, IORING_OP_NOP, -1, 0, 0, 0, userData);
  }

  /** Reads {@code bytes} at {@code offset}; completes with the bytes read. */
  public static void prepRead(
      long sqe, int fd, long address, int bytes, long offset, long userData) {
    prepare(sqe, IORING_OP_READ, fd, address, bytes, offset, userData);
  }

  /** Writes {@code bytes} at {@code offset}; completes with the bytes written. */
  public static void prepWrite(
      long sqe, int fd, long address, int bytes, long offset, int rwFlags, long userData) {
    prepare(sqe, IORING_OP_WRITE, fd, address, bytes, offset, userData);
    Mem.putInt(sqe + RW_FLAGS, rwFlags);
  }

  /** Reads into {@code count} buffers of a struct iovec array, which may change once submitted. */
  public static void prepReadv(
      long sqe, int fd, long iovecs, int count, long offset, long userData) {
    prepare(sqe, IORING_OP_READV, fd, iovecs, count, offset, userData);
  }

  /** Writes {@code count} buffers of a struct iovec array, which may change once submitted. */
  public static void prepWritev(
      long sqe, int fd, long iovecs, int count, long offset, int rwFlags, long userData) {
    prepare(sqe, IORING_OP_WRITEV, fd, iovecs, count, offset, userData);
    Mem.putInt(sqe + RW_FLAGS, rwFlags);
  }

  /** Makes what was written durable; as fsync(2), or as fdatasync(2). */
  public static void prepFsync(long sqe, int fd, boolean dataOnly, long userData) {
    prepare(sqe, IORING_OP_FSYNC, fd, 0, 0, 0, userData);
    Mem.putInt(sqe + RW_FLAGS, dataOnly ? IORING_FSYNC_DATASYNC : 0);
  }

  /** As fallocate(2): the length travels in {@code addr}, the mode in {@code len}. */
  public static void prepFallocate(
      long sqe, int fd, int mode, long offset, long bytes, long userData) {
    prepare(sqe, IORING_OP_FALLOCATE, fd, bytes, mode, offset, userData);
  }

  /** Completes once with the events of poll(2) that came. */
  public static void prepPollAdd(long sqe, int fd, int events, long userData) {
    prepare(sqe, IORING_OP_POLL_ADD, fd, 0, 0, 0, userData);
    Mem.putInt(sqe + RW_FLAGS, events);
  }

  /**
   * Cancels the request that was given {@code target}: 0, -ENOENT when there is none, -EALREADY
   * when it is too far gone; the request itself completes in any case.
   */
  public static void prepCancel(long sqe, long target, long userData) {
    prepare(sqe, IORING_OP_ASYNC_CANCEL, -1, target, 0, 0, userData);
  }
}

package io.vireo.bdev.uring;

import io.vireo.linux.Mem;

/**
 * A submission entry as the kernel reads it: struct io_uring_sqe of linux/io_uring.h, whose opcodes
 * and flags are written out here as numbers.
 */
record SqeView(
    int opcode, int fd, long offset, long address, int length, int flags, long userData) {
  static final int READV = 1;
  static final int WRITEV = 2;
  static final int FSYNC = 3;
  static final int FALLOCATE = 17;
  static final int READ = 22;
  static final int WRITE = 23;

  static SqeView of(long sqe) {
    return new SqeView(
        Mem.getByte(sqe),
        Mem.getInt(sqe + 4),
        Mem.getLong(sqe + 8),
        Mem.getLong(sqe + 16),
        Mem.getInt(sqe + 24),
        Mem.getInt(sqe + 28),
        Mem.getLong(sqe + 32));
  }

  SqeView withUserData(long other) {
    return new SqeView(opcode, fd, offset, address, length, flags, other);
  }
}

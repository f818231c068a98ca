package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/**
 * Locks of single bytes of an open file, which hold until the file is closed (fcntl(2), "Open file
 * description locks"). They are those that QEMU's tools keep each other off images with. A byte
 * need not be there to be locked.
 */
public final class OfdLocks {
  static final int F_OFD_GETLK = 36;
  static final int F_OFD_SETLK = 37;
  static final int F_RDLCK = 0;
  static final int F_WRLCK = 1;
  static final int F_UNLCK = 2;

  /** struct flock: {@code i16 type, i16 whence, i64 start, i64 length, i32 pid}. */
  static final int FLOCK_BYTES = 32;

  static final int START = 8;
  static final int LENGTH = 16;

  private OfdLocks() {}

  /**
   * Shares the lock of a byte, which any number may.
   *
   * @throws ErrnoException EAGAIN when somebody has it alone; EINVAL or ENOLCK where the file
   *     system has no locks
   */
  public static void share(int fd, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      long lock = lock(arena, F_RDLCK, offset);
      long result = Syscall.call(Syscall.FCNTL, fd, F_OFD_SETLK, lock);
      check(result, "fcntl", "to lock byte " + offset);
    }
  }

  /** Whether another open file has locked a byte, shared or alone. */
  public static boolean isLocked(int fd, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      long lock = lock(arena, F_WRLCK, offset);
      long result = Syscall.call(Syscall.FCNTL, fd, F_OFD_GETLK, lock);
      check(result, "fcntl", "to look at the lock of byte " + offset);
      return Mem.getShort(lock) != F_UNLCK;
    }
  }

  private static long lock(Arena arena, int type, long offset) {
    long lock = arena.allocate(FLOCK_BYTES, Long.BYTES).address();
    Mem.putShort(lock, (short) type);
    Mem.putLong(lock + START, offset);
    Mem.putLong(lock + LENGTH, 1);
    return lock;
  }
}

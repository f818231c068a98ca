package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/** What the kernel tells of an open block device, by ioctl(2); ENOTTY for anything else. */
public final class BlockDevice {
  static final int BLKROGET = 0x125e;
  static final int BLKSSZGET = 0x1268;
  static final int BLKIOOPT = 0x1279;
  static final int BLKPBSZGET = 0x127b;
  static final int BLKGETSIZE64 = 0x80081272;

  private BlockDevice() {}

  public static long sizeBytes(int fd) {
    return get(fd, BLKGETSIZE64, "BLKGETSIZE64");
  }

  /** The smallest piece that it reads and writes. */
  public static int logicalBlockBytes(int fd) {
    return (int) get(fd, BLKSSZGET, "BLKSSZGET");
  }

  /** The smallest piece that it writes without reading first. */
  public static int physicalBlockBytes(int fd) {
    return (int) get(fd, BLKPBSZGET, "BLKPBSZGET");
  }

  /** The size of I/O that it likes best; 0 when it has no preference. */
  public static int optimalIoBytes(int fd) {
    return (int) get(fd, BLKIOOPT, "BLKIOOPT");
  }

  public static boolean readOnly(int fd) {
    return get(fd, BLKROGET, "BLKROGET") != 0;
  }

  /** All of them fill an int or a 64-bit word, which starts out as zero here. */
  private static long get(int fd, int request, String name) {
    try (Arena arena = Arena.ofConfined()) {
      long word = arena.allocate(Long.BYTES, Long.BYTES).address();
      long result = Syscall.call(Syscall.IOCTL, fd, Integer.toUnsignedLong(request), word);
      check(result, "ioctl", name + " of descriptor " + fd);
      return Mem.getLong(word);
    }
  }
}

package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/**
 * What statx(2) tells of an open file.
 *
 * @param device identifies the file system
 * @param inode identifies the file within it
 * @param mode type and permissions
 * @param sizeBytes size of a regular file; 0 for a block device, see {@link BlockDevice}
 * @param allocatedBytes what it takes up; less than its size when it has holes
 * @param rdev the device that a device file stands for
 * @param dioMemAlignBytes how memory must be aligned for O_DIRECT; 0 when the file system does not
 *     tell or cannot do it
 * @param dioOffsetAlignBytes how offsets and lengths must be aligned for O_DIRECT; 0 likewise
 */
public record FileStat(
    long device,
    long inode,
    int mode,
    long sizeBytes,
    long allocatedBytes,
    long rdev,
    int dioMemAlignBytes,
    int dioOffsetAlignBytes) {
  static final int S_IFMT = 0xf000;
  static final int S_IFREG = 0x8000;
  static final int S_IFBLK = 0x6000;
  static final int S_IFSOCK = 0xc000;
  static final int AT_EMPTY_PATH = 0x1000;
  static final int STATX_BASIC_STATS = 0x7ff;
  static final int STATX_DIOALIGN = 0x2000;

  static final int STATX_BYTES = 256;
  static final int STX_MASK = 0;
  static final int STX_MODE = 28;
  static final int STX_INO = 32;
  static final int STX_SIZE = 40;
  static final int STX_BLOCKS = 48;
  static final int STX_RDEV_MAJOR = 128;
  static final int STX_RDEV_MINOR = 132;
  static final int STX_DEV_MAJOR = 136;
  static final int STX_DEV_MINOR = 140;
  static final int STX_DIO_MEM_ALIGN = 152;
  static final int STX_DIO_OFFSET_ALIGN = 156;

  private static final int SECTOR_BYTES = 512;

  /** Asks the kernel about the file behind a descriptor. */
  public static FileStat of(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long statx = arena.allocate(STATX_BYTES, 8).address();
      long noName = arena.allocateFrom("").address();
      int wanted = STATX_BASIC_STATS | STATX_DIOALIGN;
      long result = Syscall.call(Syscall.STATX, fd, noName, AT_EMPTY_PATH, wanted, statx, 0);
      check(result, "statx", "of descriptor " + fd);
      return decode(statx);
    }
  }

  private static FileStat decode(long statx) {
    boolean dioAlign = (Mem.getInt(statx + STX_MASK) & STATX_DIOALIGN) != 0;
    return new FileStat(
        deviceNumber(statx + STX_DEV_MAJOR, statx + STX_DEV_MINOR),
        Mem.getLong(statx + STX_INO),
        Short.toUnsignedInt(Mem.getShort(statx + STX_MODE)),
        Mem.getLong(statx + STX_SIZE),
        Mem.getLong(statx + STX_BLOCKS) * SECTOR_BYTES,
        deviceNumber(statx + STX_RDEV_MAJOR, statx + STX_RDEV_MINOR),
        dioAlign ? Mem.getInt(statx + STX_DIO_MEM_ALIGN) : 0,
        dioAlign ? Mem.getInt(statx + STX_DIO_OFFSET_ALIGN) : 0);
  }

  private static long deviceNumber(long major, long minor) {
    return Integer.toUnsignedLong(Mem.getInt(major)) << 32
        | Integer.toUnsignedLong(Mem.getInt(minor));
  }

  public boolean isRegular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  public boolean isBlockDevice() {
    return (mode & S_IFMT) == S_IFBLK;
  }

  public boolean isSocket() {
    return isSocket(mode);
  }

  /** Whether {@code mode}, as stat(2) tells it, is a socket's. */
  public static boolean isSocket(int mode) {
    return (mode & S_IFMT) == S_IFSOCK;
  }
}

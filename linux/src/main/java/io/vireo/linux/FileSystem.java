package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.util.Set;

/**
 * The file system that a file lies on.
 *
 * @param type what the kernel calls its magic number
 * @param blockBytes huge pages' size in hugetlbfs
 */
public record FileSystem(int type, long blockBytes) {
  static final int STATFS_BYTES = 120;
  static final int F_TYPE = 0;
  static final int F_BSIZE = 8;

  static final int TMPFS_MAGIC = 0x01021994;
  static final int HUGETLBFS_MAGIC = 0x958458f6;
  static final int EXT4_SUPER_MAGIC = 0xef53;
  static final int XFS_SUPER_MAGIC = 0x58465342;
  static final int BTRFS_SUPER_MAGIC = 0x9123683e;

  private static final Set<Integer> LOCAL =
      Set.of(TMPFS_MAGIC, HUGETLBFS_MAGIC, EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC);

  /** That of the file behind a descriptor. */
  public static FileSystem of(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long statfs = arena.allocate(STATFS_BYTES, 8).address();
      long result = Syscall.restarting(Syscall.FSTATFS, fd, statfs, 0, 0);
      check(result, "fstatfs", "of descriptor " + fd);
      return new FileSystem((int) Mem.getLong(statfs + F_TYPE), Mem.getLong(statfs + F_BSIZE));
    }
  }

  /**
   * Whether this kernel has its pages, or reads them from a disk: it is known to be of that kind.
   * Those of others (FUSE, network file systems) come from a program that may let whoever touches
   * one wait for good.
   */
  public boolean isLocal() {
    return LOCAL.contains(type);
  }
}

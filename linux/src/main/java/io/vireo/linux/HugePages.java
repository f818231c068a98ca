package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/** Which files are made of huge pages. */
public final class HugePages {
  static final int HUGETLBFS_MAGIC = 0x958458f6;
  static final int STATFS_BYTES = 120;
  static final int F_TYPE = 0;
  static final int F_BSIZE = 8;

  private HugePages() {}

  /**
   * The huge-page size of the file behind a descriptor, in bytes; 0 when it is made of ordinary
   * pages. Mappings of such a file, their offsets and lengths, are multiples of it.
   */
  public static long pageBytes(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long statfs = arena.allocate(STATFS_BYTES, 8).address();
      long result = Syscall.restarting(Syscall.FSTATFS, fd, statfs, 0, 0);
      check(result, "fstatfs", "of descriptor " + fd);
      boolean hugetlbfs = (int) Mem.getLong(statfs + F_TYPE) == HUGETLBFS_MAGIC;
      return hugetlbfs ? Mem.getLong(statfs + F_BSIZE) : 0;
    }
  }
}

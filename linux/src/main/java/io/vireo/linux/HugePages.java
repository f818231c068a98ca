package io.vireo.linux;

/** Which files are made of huge pages. */
public final class HugePages {
  private HugePages() {}

  /**
   * The huge-page size of the file behind a descriptor, in bytes; 0 when it is made of ordinary
   * pages. Mappings of such a file, their offsets and lengths, are multiples of it.
   */
  public static long pageBytes(int fd) {
    FileSystem system = FileSystem.of(fd);
    return system.type() == FileSystem.HUGETLBFS_MAGIC ? system.blockBytes() : 0;
  }
}

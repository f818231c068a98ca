package io.vireo.bdev;

import io.vireo.linux.Libc;

/** Memory whose file is cut off behind its first page, as a hostile guest can do at any time. */
public final class TruncatedMemory {
  private static final int PAGE_BYTES = 4096;

  /** One page that is there and one that is not. */
  public static final int BYTES = 2 * PAGE_BYTES;

  /** The part that is not there. */
  public static final int GONE_AT = PAGE_BYTES;

  private TruncatedMemory() {}

  /** Maps it. */
  public static long map() {
    int fd = Libc.memfdCreate("guest", Libc.MFD_CLOEXEC);
    Libc.ftruncate(fd, BYTES);
    int readWrite = Libc.PROT_READ | Libc.PROT_WRITE;
    long address = Libc.mmap(0, BYTES, readWrite, Libc.MAP_SHARED, fd, 0);
    Libc.ftruncate(fd, PAGE_BYTES);
    Libc.close(fd);
    return address;
  }

  /** Unmaps it. */
  public static void unmap(long address) {
    Libc.munmap(address, BYTES);
  }
}

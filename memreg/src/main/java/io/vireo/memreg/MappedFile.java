package io.vireo.memreg;

import static io.vireo.linux.Libc.MAP_ANONYMOUS;
import static io.vireo.linux.Libc.MAP_FIXED;
import static io.vireo.linux.Libc.MAP_NORESERVE;
import static io.vireo.linux.Libc.MAP_PRIVATE;
import static io.vireo.linux.Libc.MAP_SHARED;
import static io.vireo.linux.Libc.PROT_READ;
import static io.vireo.linux.Libc.PROT_WRITE;
import static io.vireo.memreg.MemoryRegistry.PAGE_BYTES;
import static io.vireo.memreg.Reservation.alignUp;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.FileStat;
import io.vireo.linux.HugePages;
import io.vireo.linux.Libc;

/**
 * A part of a guest's memory file in our address space, and a descriptor of its own to ask the
 * file's size by. {@link MappingCache} shares and counts it.
 */
final class MappedFile {
  private static final int READ_WRITE = PROT_READ | PROT_WRITE;

  /** Pages come when they are touched: populating 100 GiB would stop everything for seconds. */
  private static final int SHARED = MAP_SHARED | MAP_NORESERVE;

  /** What makes two mappings the same. An inode is not used again while we hold a descriptor. */
  record Key(long device, long inode, long fileOffset, long bytes) {}

  private final Key key;
  private final int fd;
  private final Reservation reservation;
  private final long hva;
  int references; // guarded by the cache

  private MappedFile(Key key, int fd, Reservation reservation, long hva) {
    this.key = key;
    this.fd = fd;
    this.reservation = reservation;
    this.hva = hva;
  }

  /**
   * Checks that a part of a file can be mapped by this very descriptor, also where another one's
   * mapping is to be shared: a client gets no access that its own descriptor does not give.
   */
  static Key check(int fd, long fileOffset, long bytes) {
    if (fileOffset < 0
        || bytes <= 0
        || bytes > MemoryMap.ADDRESS_SPACE_BYTES
        || fileOffset > Long.MAX_VALUE - bytes) {
      throw refusal(fileOffset, bytes, "descriptor " + fd, Errno.EINVAL);
    }
    FileStat file = FileStat.of(fd);
    if (!file.isRegular()) {
      String what = Libc.fdTarget(fd) + ", which is no regular file";
      throw refusal(fileOffset, bytes, what, Errno.ENODEV);
    }
    if (file.sizeBytes() < fileOffset + bytes) {
      String what = "%s, which has only 0x%x".formatted(Libc.fdTarget(fd), file.sizeBytes());
      throw refusal(fileOffset, bytes, what, Errno.EINVAL);
    }
    probe(fd, fileOffset, bytes);
    return new Key(file.device(), file.inode(), fileOffset, bytes);
  }

  /** Maps one page and lets it go: whatever may refuse a mapping does so here. */
  private static void probe(int fd, long fileOffset, long bytes) {
    long page = pageBytes(fd);
    try {
      Libc.munmap(Libc.mmap(0, page, READ_WRITE, SHARED, fd, fileOffset & -page), page);
    } catch (ErrnoException e) {
      String what = Libc.fdTarget(fd) + " for reading and writing";
      throw refusal(fileOffset, bytes, what, e.errno());
    }
  }

  /**
   * Maps what {@link #check} has found good. What is mapped begins and ends with whole pages of the
   * file, huge ones if it has these; {@link #hva} is the address of the offset asked for.
   *
   * <p>Mapping over the reservation must not fail for a reason that the kernel finds after it has
   * cleared the place, for another thread's memory could then come to lie there: hence the probe.
   */
  static MappedFile map(Key key, int fd) {
    long page = pageBytes(fd);
    long from = key.fileOffset & -page;
    long bytes = alignUp(key.fileOffset + key.bytes, page) - from;
    Reservation place = Reservation.of(from, bytes, Math.max(page, MemoryMap.ENTRY_BYTES));
    int own = -1;
    try {
      own = Libc.dup(fd);
      Libc.mmap(place.content(), bytes, READ_WRITE, SHARED | MAP_FIXED, own, from);
      Libc.madvise(
          place.content(), bytes, Libc.MADV_DONTDUMP); // a guest's data is not ours to dump
      return new MappedFile(key, own, place, place.content() + (key.fileOffset - from));
    } catch (ErrnoException e) {
      if (own >= 0) {
        Libc.close(own);
      }
      place.release();
      throw e;
    }
  }

  private static long pageBytes(int fd) {
    return Math.max(HugePages.pageBytes(fd), PAGE_BYTES);
  }

  Key key() {
    return key;
  }

  long hva() {
    return hva;
  }

  /** Where the pages begin that hold any of it; what the registry is told. */
  long pagesHva() {
    return hva & -PAGE_BYTES;
  }

  /** The size of these pages. */
  long pagesBytes() {
    return alignUp(hva + key.bytes, PAGE_BYTES) - pagesHva();
  }

  /** Whether the file no longer holds what is mapped, so that touching it would fault. */
  boolean fileTooShort() {
    return FileStat.of(fd).sizeBytes() < key.fileOffset + key.bytes;
  }

  /**
   * Puts empty pages of our own where the file has none any more. What is written there is lost,
   * but nothing faults, and requests in flight can end.
   */
  void replaceLost() {
    long page = pageBytes(fd);
    long from = Math.max(key.fileOffset & -page, alignUp(FileStat.of(fd).sizeBytes(), page));
    long end = alignUp(key.fileOffset + key.bytes, page);
    if (from < end) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
      Libc.mmap(hva + (from - key.fileOffset), end - from, READ_WRITE, flags, -1, 0);
    }
  }

  void unmap() {
    reservation.release();
    Libc.close(fd);
  }

  private static ErrnoException refusal(long fileOffset, long bytes, String what, int errno) {
    return new ErrnoException(
        "map", errno, "of 0x%x bytes at 0x%x of %s".formatted(bytes, fileOffset, what));
  }
}

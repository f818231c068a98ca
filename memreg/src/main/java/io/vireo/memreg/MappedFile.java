package io.vireo.memreg;

import static io.vireo.linux.Libc.MAP_ANONYMOUS;
import static io.vireo.linux.Libc.MAP_FIXED;
import static io.vireo.linux.Libc.MAP_NORESERVE;
import static io.vireo.linux.Libc.MAP_PRIVATE;
import static io.vireo.linux.Libc.MAP_SHARED;
import static io.vireo.linux.Libc.PROT_NONE;
import static io.vireo.linux.Libc.PROT_READ;
import static io.vireo.linux.Libc.PROT_WRITE;
import static io.vireo.memreg.MemoryRegistry.PAGE_BYTES;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.FileStat;
import io.vireo.linux.FileSystem;
import io.vireo.linux.HugePages;
import io.vireo.linux.Libc;

/**
 * A part of a guest's memory file in our address space, and a descriptor of its own to ask the
 * file's size by. {@link MappingCache} shares and counts it.
 *
 * <p>It takes up whole 2 MiB entries of the page table, where nothing but the file's pages that
 * hold the part can be read or written:
 *
 * <pre>
 *   address                     first page                       address + all
 *   |  no access (offset % A)   |  read and write               |  no access: at least 4 KiB  |
 * </pre>
 *
 * {@code A} is 2 MiB or the file's larger huge page: addresses agree with offsets in the file
 * modulo {@code A}, so that huge pages can map it. What cannot be accessed is the same file, which
 * makes it one mapping of which a part is opened, and its name tells in /proc/self/maps whose it
 * is.
 */
final class MappedFile {
  private static final int READ_WRITE = PROT_READ | PROT_WRITE;

  private static final String LOCAL = "tmpfs, hugetlbfs, ext4, XFS and Btrfs";

  /** Pages come when they are touched: populating 100 GiB would stop everything for seconds. */
  private static final int SHARED = MAP_SHARED | MAP_NORESERVE;

  /**
   * What makes two mappings the same, and the size of the file's pages. An inode is not used again
   * while we hold a descriptor.
   */
  record Key(long device, long inode, long fileOffset, long bytes, long pageBytes) {
    long end() {
      return fileOffset + bytes;
    }

    /** The offset at which the first page begins that holds any of it. */
    long firstPage() {
      return fileOffset & -pageBytes;
    }

    ErrnoException refusal(int fd, String why, int errno) {
      String what = "of 0x%x bytes at 0x%x of %s".formatted(bytes, fileOffset, Libc.fdTarget(fd));
      return new ErrnoException("map", errno, what + why);
    }
  }

  private final Key key;
  private final int fd;
  private final long address;
  private final long all;
  private final long hva;
  int references; // guarded by the cache
  private int pins; // guarded by this

  private MappedFile(Key key, int fd, long address, long all, long hva) {
    this.key = key;
    this.fd = fd;
    this.address = address;
    this.all = all;
    this.hva = hva;
  }

  /** Names a part of a file, of which there must be that much. */
  static Key key(int fd, long fileOffset, long bytes) {
    FileStat file = FileStat.of(fd);
    long pageBytes = Math.max(HugePages.pageBytes(fd), PAGE_BYTES);
    Key key = new Key(file.device(), file.inode(), fileOffset, bytes, pageBytes);
    if (fileOffset < 0
        || bytes <= 0
        || bytes > MemoryMap.ADDRESS_SPACE_BYTES
        || fileOffset > Long.MAX_VALUE - bytes) {
      throw key.refusal(fd, "", Errno.EINVAL);
    }
    if (!file.isRegular()) {
      throw key.refusal(fd, ", which is no regular file", Errno.ENODEV);
    }
    FileSystem system = FileSystem.of(fd);
    if (!system.isLocal()) {
      String why = ", whose file system 0x%x is none of %s".formatted(system.type(), LOCAL);
      throw key.refusal(fd, why, Errno.ENODEV);
    }
    if (file.sizeBytes() < key.end()) {
      throw key.refusal(fd, ", which has only 0x%x".formatted(file.sizeBytes()), Errno.EINVAL);
    }
    return key;
  }

  /**
   * Maps that part. Opened only afterwards: a mapping for writing would make a file of huge pages
   * as long as itself.
   */
  static MappedFile map(Key key, int fd) {
    long alignment = Math.max(key.pageBytes, MemoryMap.ENTRY_BYTES);
    long from = key.fileOffset & -alignment;
    long all = Aligned.up(key.end() + PAGE_BYTES - from, alignment);
    long address;
    try {
      address = Aligned.map(all, alignment, PROT_NONE, SHARED, fd, from);
    } catch (ErrnoException e) {
      throw key.refusal(fd, "", e.errno());
    }
    try {
      long hva = address + (key.fileOffset - from);
      open(key, hva, fd);
      Libc.madvise(address, all, Libc.MADV_DONTDUMP); // a guest's data is not ours to dump
      return new MappedFile(key, Libc.dup(fd), address, all, hva);
    } catch (ErrnoException e) {
      Libc.munmap(address, all);
      throw e;
    }
  }

  /** Lets a part be read and written that is mapped, if the descriptor it was mapped by does. */
  private static void open(Key key, long hva, int fd) {
    long from = hva & -key.pageBytes;
    try {
      Libc.mprotect(from, Aligned.up(hva + key.bytes, key.pageBytes) - from, READ_WRITE);
    } catch (ErrnoException e) {
      throw key.refusal(fd, " for reading and writing", e.errno());
    }
  }

  /**
   * Throws what mapping it by this very descriptor would throw: a client gets no share in a mapping
   * that its own descriptor does not give it.
   */
  static void probe(Key key, int fd) {
    try {
      long page = Libc.mmap(0, key.pageBytes, READ_WRITE, SHARED, fd, key.firstPage());
      Libc.munmap(page, key.pageBytes);
    } catch (ErrnoException e) {
      throw key.refusal(fd, " for reading and writing", e.errno());
    }
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
    return Aligned.up(hva + key.bytes, PAGE_BYTES) - pagesHva();
  }

  /** Whether the file no longer holds what is mapped, so that touching it would fault. */
  boolean fileTooShort() {
    return FileStat.of(fd).sizeBytes() < key.end();
  }

  /**
   * Puts empty pages of our own where the file has none any more. What is written there is lost,
   * but nothing faults, and requests in flight can end.
   */
  void replaceLost() {
    long page = key.pageBytes;
    long from = Math.max(key.firstPage(), Aligned.up(FileStat.of(fd).sizeBytes(), page));
    long end = Aligned.up(key.end(), page);
    if (from < end) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
      Libc.mmap(hva + (from - key.fileOffset), end - from, READ_WRITE, flags, -1, 0);
    }
  }

  /** Registers the pages with the first of those who want devices to reach them. */
  synchronized void pin(MemoryRegistry registry) {
    if (pins == 0) {
      registry.register(pagesHva(), pagesBytes());
    }
    pins++;
  }

  /** Ends one {@link #pin}. */
  synchronized void unpin(MemoryRegistry registry) {
    pins--;
    if (pins == 0) {
      registry.unregister(pagesHva(), pagesBytes());
    }
  }

  void unmap() {
    Libc.munmap(address, all);
    Libc.close(fd);
  }
}

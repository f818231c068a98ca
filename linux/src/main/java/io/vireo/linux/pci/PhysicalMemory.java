package io.vireo.linux.pci;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Where huge pages of this process lie in the machine: what a device without an IOMMU is told. One
 * thread at a time.
 *
 * <p>Ordinary pages have no such address: the kernel moves them as it likes. It moves huge pages
 * only when it is asked to (move_pages(2), memory that is taken offline), so long as they stay
 * mapped. See Documentation/admin-guide/mm/pagemap.rst.
 */
public final class PhysicalMemory implements AutoCloseable {
  /** The memory is not there, or not made of huge pages. */
  public static final long UNKNOWN = -1;

  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

  /** An entry of pagemap: bit 63 tells that the page is there, bits 0 to 54 its number. */
  private static final long PRESENT = 1L << 63;

  private static final long NUMBER_MASK = (1L << 55) - 1;

  /** A bit of kpageflags: part of a page of hugetlbfs (KPF_HUGE). */
  private static final long HUGE = 1L << 17;

  private final int pagemap;
  private final int flags;
  private boolean closed;

  private PhysicalMemory(int pagemap, int flags) {
    this.pagemap = pagemap;
    this.flags = flags;
  }

  /**
   * That of this process.
   *
   * @param root where {@code proc} is: {@code /}
   * @throws ErrnoException when this user may not know
   */
  public static PhysicalMemory open(Path root) {
    int pagemap = file(root.resolve("proc/self/pagemap"));
    try {
      return new PhysicalMemory(pagemap, file(root.resolve("proc/kpageflags")));
    } catch (RuntimeException e) {
      Libc.close(pagemap);
      throw e;
    }
  }

  private static int file(Path path) {
    try {
      return Libc.open(path.toString(), Libc.O_RDONLY, 0);
    } catch (ErrnoException e) {
      boolean forbidden = e.errno() == Errno.EACCES || e.errno() == Errno.EPERM;
      throw forbidden
          ? new ErrnoException(
              "open", e.errno(), "of " + path, "only root may know physical addresses")
          : e;
    }
  }

  /**
   * The physical address of the byte at {@code hva}; what follows up to the end of these 2 MiB
   * follows there too. {@link #UNKNOWN} of ordinary pages, and of what was never touched.
   *
   * @throws IllegalStateException when the kernel hides it
   */
  public long address(long hva) {
    long entry = word(pagemap, hva >>> PAGE_SHIFT);
    if ((entry & PRESENT) == 0) {
      return UNKNOWN;
    }
    long page = entry & NUMBER_MASK;
    if (page == 0) {
      throw new IllegalStateException(
          "the kernel hides physical addresses from this process: run as root (CAP_SYS_ADMIN)");
    }
    return (word(flags, page) & HUGE) == 0 ? UNKNOWN : (page << PAGE_SHIFT) + (hva & PAGE_MASK);
  }

  /** The word with that index; 0 beyond the file's end. */
  private static long word(int fd, long index) {
    try (Arena arena = Arena.ofConfined()) {
      long word = arena.allocate(Long.BYTES, Long.BYTES).address();
      Libc.pread(fd, word, Long.BYTES, index * Long.BYTES);
      return Mem.getLong(word);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(pagemap);
      Libc.close(flags);
    }
  }
}

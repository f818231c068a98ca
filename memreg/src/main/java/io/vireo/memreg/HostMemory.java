package io.vireo.memreg;

import static io.vireo.linux.Libc.MAP_ANONYMOUS;
import static io.vireo.linux.Libc.MAP_HUGETLB;
import static io.vireo.linux.Libc.MAP_HUGE_2MB;
import static io.vireo.linux.Libc.MAP_PRIVATE;
import static io.vireo.linux.Libc.PROT_READ;
import static io.vireo.linux.Libc.PROT_WRITE;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Numa;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Zeroed memory of our own, for disks in memory and for bounce buffers. It takes up whole 2 MiB
 * entries of the page table and nobody else's memory shares one with it, so that its user may
 * register it in a {@link MemoryRegistry}. Any thread.
 */
public final class HostMemory implements AutoCloseable {
  /** Whether reserved huge pages may be spent on it. */
  public enum HugePages {
    /** Taken, or there is no memory. */
    REQUIRE,
    /** Taken if enough are free; ordinary pages with advice for transparent huge ones if not. */
    PREFER,
    /** Ordinary pages. */
    NEVER
  }

  private static final int READ_WRITE = PROT_READ | PROT_WRITE;
  private static final int ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS;

  private final long address;
  private final long bytes;
  private final long mappedBytes;
  private final boolean hugePages;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HostMemory(long address, long bytes, long mappedBytes, boolean hugePages) {
    this.address = address;
    this.bytes = bytes;
    this.mappedBytes = mappedBytes;
    this.hugePages = hugePages;
  }

  /**
   * Allocates memory; ordinary pages come when they are touched.
   *
   * @param name appears in /proc/self/maps as {@code [anon:vireo:name]} where the kernel keeps
   *     names
   * @throws ErrnoException EINVAL: no bytes or more than an address space; ENOMEM
   */
  public static HostMemory allocate(long bytes, String name, HugePages mode) {
    return allocate(bytes, name, mode, Numa.ANY_NODE);
  }

  /**
   * The same, where possible on one node of the machine.
   *
   * @param numaNode {@link Numa#ANY_NODE}, or which
   */
  public static HostMemory allocate(long bytes, String name, HugePages mode, int numaNode) {
    if (bytes <= 0 || bytes > MemoryMap.ADDRESS_SPACE_BYTES) {
      throw new ErrnoException("allocate", Errno.EINVAL, "of %d bytes".formatted(bytes));
    }
    long whole = Aligned.up(bytes, MemoryMap.ENTRY_BYTES);
    long huge = mode == HugePages.NEVER ? 0 : mapHuge(whole);
    if (huge == 0 && mode == HugePages.REQUIRE) {
      throw tooFewHugePages(whole);
    }
    long address = huge != 0 ? huge : mapOrdinary(whole, mode);
    Libc.nameMapping(address, whole, "vireo:" + name);
    Libc.madvise(address, whole, Libc.MADV_DONTDUMP);
    Numa.prefer(address, whole, numaNode);
    return new HostMemory(address, bytes, whole, huge != 0);
  }

  /** Allocates memory likewise, of which every page is there. */
  static HostMemory populated(long bytes, String name, HugePages mode, int numaNode) {
    HostMemory memory = allocate(bytes, name, mode, numaNode);
    try {
      Libc.madvise(memory.address, memory.mappedBytes, Libc.MADV_POPULATE_WRITE);
      return memory;
    } catch (ErrnoException e) {
      memory.close();
      if (!memory.hugePages || mode == HugePages.REQUIRE) {
        throw e;
      }
      return populated(bytes, name, HugePages.NEVER, numaNode); // more than its cgroup may have
    }
  }

  private static ErrnoException tooFewHugePages(long bytes) {
    return new ErrnoException(
        "allocate",
        Errno.ENOMEM,
        "of %d bytes of huge pages".formatted(bytes),
        "reserve %d more of 2 MiB".formatted(bytes / MemoryMap.ENTRY_BYTES));
  }

  /**
   * Maps reserved huge pages, or answers 0 when there are not enough. They are set aside now, so
   * that no later touch fails; the size is asked for by name, for a host's default may be 1 GiB.
   */
  private static long mapHuge(long bytes) {
    try {
      return Libc.mmap(0, bytes, READ_WRITE, ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOMEM || e.errno() == Errno.EINVAL) { // too few; none in this kernel
        return 0;
      }
      throw e;
    }
  }

  private static long mapOrdinary(long bytes, HugePages mode) {
    long address = Aligned.map(bytes, MemoryMap.ENTRY_BYTES, READ_WRITE, ANONYMOUS, -1, 0);
    if (mode == HugePages.PREFER) {
      adviseHuge(address, bytes);
    }
    return address;
  }

  private static void adviseHuge(long address, long bytes) {
    try {
      Libc.madvise(address, bytes, Libc.MADV_HUGEPAGE);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EINVAL) { // a kernel without transparent huge pages
        throw e;
      }
    }
  }

  /** Where it begins, a multiple of 2 MiB. */
  public long address() {
    return address;
  }

  /** The size that was asked for. */
  public long bytes() {
    return bytes;
  }

  /** Whether it is made of reserved huge pages. */
  public boolean hugePages() {
    return hugePages;
  }

  /** Unmaps it, once; nobody may use it or have it registered any more. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Libc.munmap(address, mappedBytes);
    }
  }
}

package io.vireo.memreg;

import static io.vireo.linux.Libc.MAP_NORESERVE;
import static io.vireo.linux.Libc.MAP_PRIVATE;
import static io.vireo.linux.Libc.PROT_NONE;

import io.vireo.linux.Libc;

/**
 * A piece of address space of its own, made of whole 2 MiB entries of the page table, in which
 * nothing can be read or written until something is mapped over a part of it.
 *
 * <pre>
 *   address                     content                          address + bytes
 *   |  no access (offset % A)   |  mapped by the owner  |  no access: at least 4 KiB  |
 * </pre>
 *
 * {@code A}, the alignment of the whole, is 2 MiB or a larger huge page, so that content of a file
 * lies at an address that agrees with its offset modulo {@code A} and huge pages can map it.
 */
record Reservation(long address, long bytes, long content) {
  static final String NAME = "vireo-guest-reservation";

  private static final long GUARD_BYTES = MemoryRegistry.PAGE_BYTES;

  /**
   * Reserves room for {@code bytes} that lie at {@code offset} of a file.
   *
   * <p>An empty memfd is what nobody can access here, for its name tells in /proc/self/maps whose
   * address space this is, also on kernels that keep no names for anonymous memory.
   */
  static Reservation of(long offset, long bytes, long alignment) {
    long lead = offset & (alignment - 1);
    long all = alignUp(lead + bytes + GUARD_BYTES, MemoryMap.ENTRY_BYTES);
    int empty = Libc.memfdCreate(NAME, 0);
    try {
      long address = mapAligned(all, alignment, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE, empty);
      return new Reservation(address, all, address + lead);
    } finally {
      Libc.close(empty);
    }
  }

  /** Gives the address space back, with all that is mapped in it. */
  void release() {
    Libc.munmap(address, bytes);
  }

  /** Maps anywhere, but at a multiple of {@code alignment}, which is a power of two. */
  static long mapAligned(long bytes, long alignment, int prot, int flags, int fd) {
    long room = Libc.mmap(0, bytes + alignment, prot, flags, fd, 0);
    long address = alignUp(room, alignment);
    unmapUnlessEmpty(room, address - room);
    unmapUnlessEmpty(address + bytes, room + alignment - address);
    return address;
  }

  static long alignUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }

  private static void unmapUnlessEmpty(long address, long bytes) {
    if (bytes != 0) {
      Libc.munmap(address, bytes);
    }
  }
}

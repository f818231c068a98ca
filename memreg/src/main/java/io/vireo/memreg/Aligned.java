package io.vireo.memreg;

import static io.vireo.linux.Libc.MAP_ANONYMOUS;
import static io.vireo.linux.Libc.MAP_NORESERVE;
import static io.vireo.linux.Libc.MAP_PRIVATE;
import static io.vireo.linux.Libc.PROT_NONE;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;

/** Mappings that begin at a multiple of more than the kernel's page. */
final class Aligned {
  /** How often another thread's mapping may come first to the room that was found. */
  private static final int TRIES = 100;

  private Aligned() {}

  /** The first multiple of {@code alignment}, a power of two, that is not below {@code value}. */
  static long up(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }

  /** Refuses an alignment that is not a power of two up to {@code mostBytes}. */
  static void requirePowerOfTwo(long alignmentBytes, long mostBytes) {
    if (alignmentBytes <= 0 || alignmentBytes > mostBytes || Long.bitCount(alignmentBytes) != 1) {
      throw new IllegalArgumentException(
          "alignment of %d bytes is not a power of two up to %d"
              .formatted(alignmentBytes, mostBytes));
    }
  }

  /**
   * Maps a file from {@code offset} on, or anonymous memory, anywhere but at a multiple of {@code
   * alignment}, a power of two. The kernel puts a mapping right below the one before it, so that
   * the first place is often a good one.
   */
  static long map(long bytes, long alignment, int prot, int flags, int fd, long offset) {
    long wanted = 0; // wherever the kernel likes
    for (int i = 0; i < TRIES; i++) {
      long address = Libc.mmap(wanted, bytes, prot, flags, fd, offset);
      if ((address & (alignment - 1)) == 0) {
        return address;
      }
      Libc.munmap(address, bytes);
      wanted = up(roomFor(bytes + alignment), alignment);
    }
    String what = "of %d bytes at a multiple of %d".formatted(bytes, alignment);
    throw new ErrnoException("mmap", Errno.EAGAIN, what);
  }

  /**
   * Finds where so many bytes are free. Not kept until the mapping: to map over it would first
   * clear the place and could then fail, when another thread's memory may have come to lie there.
   */
  private static long roomFor(long bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    long room = Libc.mmap(0, bytes, PROT_NONE, flags, -1, 0);
    Libc.munmap(room, bytes);
    return room;
  }
}

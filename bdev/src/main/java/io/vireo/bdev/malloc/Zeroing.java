package io.vireo.bdev.malloc;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoType;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;

/**
 * Reactor thread only. Makes a disk's memory zero, a piece at a time.
 *
 * <p>Whole 2 MiB pieces of ordinary memory are given back to the system instead, when the request
 * allows it: they read as zeroes until they are written again. Reserved huge pages are kept, for
 * another process could take what is given back, and the next write would find none.
 */
final class Zeroing {
  /** Most to be given back in one lap: 2048 ordinary pages, some 200 us. */
  static final long RELEASE_BYTES = 8 << 20;

  private static final long HUGE_BYTES = 2 << 20;

  private final long address;
  private final boolean releases;

  Zeroing(HostMemory memory) {
    address = memory.address();
    releases = !memory.hugePages();
  }

  /** Zeroes the next piece of {@code leftBytes} bytes from {@code offset} on; how much it was. */
  long piece(BdevIo io, long offset, long leftBytes) {
    boolean release = releases && (io.type() == IoType.UNMAP || io.mayUnmap());
    long intoHuge = offset & HUGE_BYTES - 1;
    if (release && intoHuge == 0 && leftBytes >= HUGE_BYTES) {
      long bytes = Math.min(leftBytes & -HUGE_BYTES, RELEASE_BYTES);
      Libc.madvise(address + offset, bytes, Libc.MADV_DONTNEED);
      return bytes;
    }
    long bytes = Math.min(Math.min(leftBytes, MallocChannel.PIECE_BYTES), HUGE_BYTES - intoHuge);
    fill(offset, bytes);
    return bytes;
  }

  void fill(long offset, long bytes) {
    Mem.fill(address + offset, bytes, (byte) 0);
  }
}

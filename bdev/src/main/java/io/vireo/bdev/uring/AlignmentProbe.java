package io.vireo.bdev.uring;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import io.vireo.memreg.HostMemory;
import java.util.Optional;

/** Finds out what a file opened with O_DIRECT demands of memory and offsets. Control threads. */
final class AlignmentProbe {
  private static final int[] MEMORY_ALIGNMENTS = {1, 512, 4096};

  private final int fd;
  private final int blockBytes;
  private final long sizeBytes;

  /** {@code sizeBytes} is at least one block. */
  AlignmentProbe(int fd, int blockBytes, long sizeBytes) {
    this.fd = fd;
    this.blockBytes = blockBytes;
    this.sizeBytes = sizeBytes;
  }

  /** The demands; empty when blocks are too small for direct I/O, or it is not worth the risk. */
  Optional<IoAlignment> find() {
    FileStat stat = FileStat.of(fd);
    if (stat.dioMemAlignBytes() == 0 || stat.dioOffsetAlignBytes() == 0) {
      return byReading();
    }
    return stat.dioOffsetAlignBytes() > blockBytes
        ? Optional.empty()
        : Optional.of(new IoAlignment(stat.dioMemAlignBytes(), stat.dioOffsetAlignBytes()));
  }

  /**
   * The file system does not tell: reads the last block into memory of known alignments. When also
   * an odd address is taken, nothing was checked, for it is memory, a hole, or the page cache after
   * all; then nothing is known and direct I/O might fail later.
   */
  Optional<IoAlignment> byReading() {
    try (HostMemory memory =
        HostMemory.allocate(blockBytes + 4096L, "probe", HostMemory.HugePages.NEVER)) {
      for (int alignment : MEMORY_ALIGNMENTS) {
        if (reads(memory.address() + alignment)) {
          return alignment == 1
              ? Optional.empty()
              : Optional.of(new IoAlignment(alignment, blockBytes));
        }
      }
      return Optional.empty();
    }
  }

  private boolean reads(long address) {
    try {
      return Libc.pread(fd, address, blockBytes, sizeBytes - blockBytes) == blockBytes;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }
}

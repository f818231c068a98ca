package io.vireo.nvme;

/** How many blocks of a namespace one command may do. Any thread. */
final class CommandBlocks {
  private final NamespaceLimits limits;
  private final long data; // the most of a command with data
  private final long boundary; // no command with data crosses a multiple of it

  CommandBlocks(NvmeNamespace namespace, NamespaceLimits limits, BlockFormat format) {
    this.limits = limits;
    this.data = Math.clamp(limits.transferBytes() / format.unitBytes(0), 1, IoQueuePair.MAX_BLOCKS);
    this.boundary = namespace.boundaryBlocks() == 0 ? Long.MAX_VALUE : namespace.boundaryBlocks();
  }

  /** The most with data, wherever they begin. */
  long data() {
    return data;
  }

  /** How many of {@code blocks} from there on, in an I/O of that kind. */
  long of(NvmeIo io, long lba, long blocks) {
    if (io.unitBytes() == 0) {
      return Math.min(blocks, limits.plainBlocks(io.opcode()));
    }
    long most = Math.min(blocks, data);
    return boundary == Long.MAX_VALUE ? most : Math.min(most, boundary - lba % boundary);
  }
}

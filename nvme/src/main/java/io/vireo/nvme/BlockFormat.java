package io.vireo.nvme;

import io.vireo.nvme.spec.NvmOpcode;

/**
 * How a namespace's blocks lie in memory (NVM 2.1.6, 5.2).
 *
 * @param dataBytes of a block
 * @param metadataBytes of a block; 0: none
 * @param extended whether metadata follow each block's data
 * @param protection type of protection information, 0 for none
 */
record BlockFormat(int dataBytes, int metadataBytes, boolean extended, int protection) {
  static BlockFormat of(NvmeNamespace namespace) {
    return new BlockFormat(
        namespace.blockBytes(),
        namespace.identify().metadataBytes(),
        namespace.identify().extendedLba(),
        namespace.protectionType());
  }

  /** Whether metadata are in host memory: with PRACT the controller makes and takes them away. */
  private boolean areMoved(int flags) {
    boolean action = protection != 0 && (flags & NvmOpcode.PRACT) != 0;
    return metadataBytes > 0 && !(action && metadataBytes == Dif.BYTES);
  }

  /** How long a block is among the data. */
  int unitBytes(int flags) {
    return extended && areMoved(flags) ? dataBytes + metadataBytes : dataBytes;
  }

  /** How long its metadata are apart from the data. */
  int apartBytes(int flags) {
    return !extended && areMoved(flags) ? metadataBytes : 0;
  }

  /** Whether an I/O has as much data, and metadata apart from them, as the blocks. */
  boolean fits(NvmeIo io, long blocks, int flags) {
    int apart = apartBytes(flags);
    return io.dataBytes() == blocks * unitBytes(flags)
        && (apart == 0 || io.metadataBytes() == blocks * apart);
  }

  /** Type 1: the reference tag is the block's number. */
  boolean refersToBlock() {
    return protection == 1;
  }

  /** Types 1 and 2: the reference tag grows with the block. */
  boolean countsReference() {
    return protection == 1 || protection == 2;
  }
}

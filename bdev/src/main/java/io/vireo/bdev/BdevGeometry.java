package io.vireo.bdev;

/**
 * Sizes that a bdev prefers. All but the first two are in blocks; 0 means no preference. What they
 * say is a hint, never a condition.
 *
 * @param blockBytes the unit of offsets and lengths: a power of two, at least 512
 * @param physicalBlockBytes the unit that the device writes at once: a power of two, at least
 *     blockBytes
 * @param optimalIoBoundaryBlocks requests had better not cross multiples of this
 * @param preferredWriteAlignmentBlocks start of a good write
 * @param preferredWriteGranularityBlocks unit of a good write's length
 * @param optimalWriteBlocks length of the best write
 * @param preferredUnmapAlignmentBlocks start of a good unmap
 * @param preferredUnmapGranularityBlocks unit of a good unmap's length
 */
public record BdevGeometry(
    int blockBytes,
    int physicalBlockBytes,
    int optimalIoBoundaryBlocks,
    int preferredWriteAlignmentBlocks,
    int preferredWriteGranularityBlocks,
    int optimalWriteBlocks,
    int preferredUnmapAlignmentBlocks,
    int preferredUnmapGranularityBlocks) {

  /** The smallest block: a sector. */
  public static final int SECTOR_BYTES = 512;

  /**
   * Checks the sizes.
   *
   * @throws BdevException with EINVAL for one that cannot be
   */
  public BdevGeometry {
    requireBlock("block size", blockBytes);
    requireBlock("physical block size", physicalBlockBytes);
    if (physicalBlockBytes < blockBytes) {
      throw BdevException.invalid(
          "physical block size %d is smaller than the block size %d"
              .formatted(physicalBlockBytes, blockBytes));
    }
    requireNotNegative("optimal I/O boundary", optimalIoBoundaryBlocks);
    requireNotNegative("preferred write alignment", preferredWriteAlignmentBlocks);
    requireNotNegative("preferred write granularity", preferredWriteGranularityBlocks);
    requireNotNegative("optimal write size", optimalWriteBlocks);
    requireNotNegative("preferred unmap alignment", preferredUnmapAlignmentBlocks);
    requireNotNegative("preferred unmap granularity", preferredUnmapGranularityBlocks);
  }

  /** A device of one block size without preferences. */
  public static BdevGeometry of(int blockBytes) {
    return of(blockBytes, blockBytes);
  }

  /** A device with a larger physical block and no other preferences. */
  public static BdevGeometry of(int blockBytes, int physicalBlockBytes) {
    return new BdevGeometry(blockBytes, physicalBlockBytes, 0, 0, 0, 0, 0, 0);
  }

  private static void requireBlock(String what, int bytes) {
    if (bytes < SECTOR_BYTES || Integer.bitCount(bytes) != 1) {
      throw BdevException.invalid(
          "%s %d is not a power of two of at least %d".formatted(what, bytes, SECTOR_BYTES));
    }
  }

  private static void requireNotNegative(String what, int blocks) {
    if (blocks < 0) {
      throw BdevException.invalid("%s %d is negative".formatted(what, blocks));
    }
  }
}

package io.vireo.bdev.split;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevGeometry;

/**
 * How a bdev is split.
 *
 * @param parts how many
 * @param partBlocks size of each
 */
record Layout(int parts, long partBlocks) {
  /** Each part is a bdev, with a name that is looked for; more than anybody has asked for. */
  static final int MAX_PARTS = 1024;

  private static final long MIB = 1 << 20;

  static Layout of(Bdev base, SplitCreate p) {
    if (p.split_count() < 1 || p.split_count() > MAX_PARTS) {
      throw BdevException.invalid(
          "split_count %d is not between 1 and %d".formatted(p.split_count(), MAX_PARTS));
    }
    if (p.split_size_mb() != 0 && p.split_size_blocks() != 0) {
      throw BdevException.invalid(
          "split_size_mb %d and split_size_blocks %d exclude each other"
              .formatted(p.split_size_mb(), p.split_size_blocks()));
    }
    if (p.split_size_mb() != 0) {
      return sized(base, p.split_count(), blocksOfMib(base, p.split_size_mb()));
    }
    return p.split_size_blocks() == 0
        ? equal(base, p.split_count())
        : sized(base, p.split_count(), p.split_size_blocks());
  }

  /** The call that makes the same of that base, whatever size it has then. */
  SplitCreate call(Bdev base) {
    long bytes = partBlocks * base.blockBytes();
    return bytes % MIB == 0
        ? new SplitCreate(base.name(), parts, bytes / MIB)
        : new SplitCreate(base.name(), parts, 0, partBlocks);
  }

  /** Parts begin where requests and writes had better begin, if the base is large enough. */
  private static Layout equal(Bdev base, int count) {
    long blocks = base.blocks() / count;
    if (blocks == 0) {
      throw BdevException.invalid(
          "split_count %d is more than the %d blocks of bdev %s"
              .formatted(count, base.blocks(), base.name()));
    }
    BdevGeometry geometry = base.geometry();
    long physical = geometry.physicalBlockBytes() / geometry.blockBytes();
    long good = commonMultiple(physical, Math.max(1, geometry.optimalIoBoundaryBlocks()));
    return new Layout(count, blocks < good ? blocks : blocks - blocks % good);
  }

  private static long commonMultiple(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return a / x * b;
  }

  private static long blocksOfMib(Bdev base, long mib) {
    if (mib > base.sizeBytes() / MIB) {
      throw BdevException.invalid(
          "split_size_mb %d is more than the %d MiB of bdev %s"
              .formatted(mib, base.sizeBytes() / MIB, base.name()));
    }
    if (mib * MIB % base.blockBytes() != 0) {
      throw BdevException.invalid(
          "split_size_mb %d is no multiple of the block size %d".formatted(mib, base.blockBytes()));
    }
    return mib * MIB / base.blockBytes();
  }

  private static Layout sized(Bdev base, int count, long blocks) {
    if (blocks > base.blocks()) {
      throw BdevException.invalid(
          "split_size_blocks %d is more than the %d blocks of bdev %s"
              .formatted(blocks, base.blocks(), base.name()));
    }
    return new Layout((int) Math.min(count, base.blocks() / blocks), blocks);
  }

  /** What the base prefers, as far as it is true of every part. */
  BdevGeometry geometry(BdevGeometry base) {
    int physical = base.physicalBlockBytes();
    boolean whole = partBlocks % (physical / base.blockBytes()) == 0;
    return new BdevGeometry(
        base.blockBytes(),
        parts == 1 || whole ? physical : base.blockBytes(),
        kept(base.optimalIoBoundaryBlocks()),
        kept(base.preferredWriteAlignmentBlocks()),
        base.preferredWriteGranularityBlocks(),
        base.optimalWriteBlocks(),
        kept(base.preferredUnmapAlignmentBlocks()),
        base.preferredUnmapGranularityBlocks());
  }

  private int kept(int alignmentBlocks) {
    boolean ofAll = parts == 1 || alignmentBlocks == 0 || partBlocks % alignmentBlocks == 0;
    return ofAll ? alignmentBlocks : 0;
  }
}

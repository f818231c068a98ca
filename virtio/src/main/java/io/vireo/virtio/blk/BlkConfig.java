package io.vireo.virtio.blk;

import io.vireo.bdev.BdevGeometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct virtio_blk_config}, the configuration space of a block device (virtio 1.3, 5.2.4),
 * as far as the features here reach.
 */
public final class BlkConfig {
  public static final int CAPACITY = 0;
  public static final int SIZE_MAX = 8;
  public static final int SEG_MAX = 12;
  public static final int BLK_SIZE = 20;
  public static final int PHYSICAL_BLOCK_EXP = 24;
  public static final int MIN_IO_SIZE = 26;
  public static final int OPT_IO_SIZE = 28;
  public static final int WRITEBACK = 32;
  public static final int NUM_QUEUES = 34;
  public static final int MAX_DISCARD_SECTORS = 36;
  public static final int MAX_DISCARD_SEG = 40;
  public static final int DISCARD_SECTOR_ALIGNMENT = 44;
  public static final int MAX_WRITE_ZEROES_SECTORS = 48;
  public static final int MAX_WRITE_ZEROES_SEG = 52;
  public static final int WRITE_ZEROES_MAY_UNMAP = 56;
  public static final int BYTES = 60;

  private BlkConfig() {}

  /** The space as a driver sees it now; a field whose feature is not offered stays 0. */
  static byte[] of(
      long features, long sizeBytes, BdevGeometry geometry, BlkOptions options, boolean writeback) {
    ByteBuffer space = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int blockBytes = geometry.blockBytes();
    space.putLong(CAPACITY, sizeBytes >> BlkLimits.SECTOR_SHIFT);
    space.putInt(SIZE_MAX, BlkLimits.SIZE_MAX);
    space.putInt(SEG_MAX, BlkLimits.segMax(options.queueSize()));
    space.putInt(BLK_SIZE, blockBytes);
    int physicalBlocks = geometry.physicalBlockBytes() / blockBytes;
    space.put(PHYSICAL_BLOCK_EXP, (byte) Integer.numberOfTrailingZeros(physicalBlocks));
    int minimumBlocks = Math.max(physicalBlocks, geometry.preferredWriteGranularityBlocks());
    space.putShort(MIN_IO_SIZE, (short) Math.min(minimumBlocks, 0xffff));
    space.putInt(OPT_IO_SIZE, geometry.optimalWriteBlocks());
    space.put(WRITEBACK, (byte) (writeback ? 1 : 0));
    space.putShort(NUM_QUEUES, (short) options.queues());
    if ((features & BlkFeatures.DISCARD) != 0) {
      space.putInt(MAX_DISCARD_SECTORS, BlkLimits.MAX_RANGE_SECTORS);
      space.putInt(MAX_DISCARD_SEG, BlkLimits.MAX_RANGES);
      int unmapBlocks = Math.max(1, geometry.preferredUnmapGranularityBlocks());
      space.putInt(DISCARD_SECTOR_ALIGNMENT, unmapBlocks * (blockBytes >> BlkLimits.SECTOR_SHIFT));
    }
    if ((features & BlkFeatures.WRITE_ZEROES) != 0) {
      space.putInt(MAX_WRITE_ZEROES_SECTORS, BlkLimits.MAX_RANGE_SECTORS);
      space.putInt(MAX_WRITE_ZEROES_SEG, BlkLimits.MAX_RANGES);
      boolean mayUnmap = (features & BlkFeatures.DISCARD) != 0;
      space.put(WRITE_ZEROES_MAY_UNMAP, (byte) (mayUnmap ? 1 : 0));
    }
    return space.array();
  }
}

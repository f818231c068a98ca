package io.vireo.virtio.blk;

import io.vireo.linux.Mem;

/**
 * {@code struct virtio_blk_discard_write_zeroes}, 16 bytes (virtio 1.3, 5.2.6).
 *
 * <pre>
 *  0        8             12      16
 *  +--------+-------------+-------+
 *  | sector | num_sectors | flags |
 *  +--------+-------------+-------+
 * </pre>
 */
public final class BlkRange {
  public static final int BYTES = 16;
  static final int SECTOR = 0;
  static final int NUM_SECTORS = 8;
  static final int FLAGS = 12;

  /** Of write zeroes: the space may be given back. All other bits are reserved. */
  public static final int F_UNMAP = 1;

  private BlkRange() {}

  /** First sector, unsigned. */
  public static long sector(long range) {
    return Mem.getLong(range + SECTOR);
  }

  /** Number of sectors, unsigned 32 bits. */
  public static long sectors(long range) {
    return Mem.getInt(range + NUM_SECTORS) & 0xffff_ffffL;
  }

  public static int flags(long range) {
    return Mem.getInt(range + FLAGS);
  }

  public static void put(long range, long sector, long sectors, int flags) {
    Mem.putLong(range + SECTOR, sector);
    Mem.putInt(range + NUM_SECTORS, (int) sectors);
    Mem.putInt(range + FLAGS, flags);
  }
}

package io.vireo.virtio.blk;

import io.vireo.linux.Mem;

/**
 * The fixed part at the start of {@code struct virtio_blk_req}, 16 bytes (virtio 1.3, 5.2.6). Data
 * follow, and one status byte.
 *
 * <pre>
 *  0       4          8         16
 *  +-------+----------+---------+
 *  | type  | reserved | sector  |
 *  +-------+----------+---------+
 * </pre>
 */
public final class BlkHeader {
  public static final int BYTES = 16;
  static final int TYPE = 0;
  static final int RESERVED = 4;
  static final int SECTOR = 8;

  private BlkHeader() {}

  /** One of {@link BlkType}, or anything. Loaded as a long: see {@link Mem#getInt}. */
  public static int type(long header) {
    return (int) Mem.getLong(header + TYPE);
  }

  /** First sector of a read or write; unsigned. */
  public static long sector(long header) {
    return Mem.getLong(header + SECTOR);
  }

  public static void put(long header, int type, long sector) {
    Mem.putInt(header + TYPE, type);
    Mem.putInt(header + RESERVED, 0);
    Mem.putLong(header + SECTOR, sector);
  }
}

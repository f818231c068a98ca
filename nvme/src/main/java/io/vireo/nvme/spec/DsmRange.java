package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * A range of dataset management, 16 bytes (NVM 3.2.3): attributes u32, length in blocks u32, first
 * block u64.
 */
public final class DsmRange {
  public static final int BYTES = 16;

  /** The most ranges of one command. */
  public static final int MAX_RANGES = 256;

  private DsmRange() {}

  /** Writes a range without attributes. */
  public static void put(long at, long lba, long blocks) {
    Mem.putLong(at, blocks << 32);
    Mem.putLong(at + Long.BYTES, lba);
  }

  public static long blocks(long at) {
    return Mem.getLong(at) >>> 32;
  }

  public static long lba(long at) {
    return Mem.getLong(at + Long.BYTES);
  }
}

package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * A source range of a copy in format 0, 32 bytes (NVM 3.2.2, figure 38).
 *
 * <pre>
 *  0 reserved
 *  8 SLBA   u64, the first block
 * 16 NLB    u16, how many blocks, from 0
 * 18 reserved
 * 24 EILBRT u32, the reference tag that is expected
 * 28 ELBAT  u16, ELBATM u16, the application tag and its mask
 * </pre>
 */
public final class CopyRange {
  public static final int BYTES = 32;

  /** The most ranges of one command: NR is 8 bits, from 0. */
  public static final int MAX_RANGES = 256;

  /** The most blocks of a range. */
  public static final int MAX_BLOCKS = 65536;

  private CopyRange() {}

  /**
   * Writes a range.
   *
   * @param tags that are expected, where that is checked: EILBRT, ELBAT and ELBATM from the lowest
   *     bit on, in the order of command dwords 14 and 15
   */
  public static void put(long at, long lba, long blocks, long tags) {
    Mem.putLong(at, 0);
    Mem.putLong(at + 8, lba);
    Mem.putLong(at + 16, blocks - 1);
    Mem.putLong(at + 24, tags);
  }

  public static long lba(long at) {
    return Mem.getLong(at + 8);
  }

  public static long blocks(long at) {
    return (Mem.getLong(at + 16) & 0xffff) + 1;
  }
}

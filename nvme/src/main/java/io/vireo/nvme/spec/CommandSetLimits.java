package io.vireo.nvme.spec;

/**
 * What the NVM command set has to say of the controller (NVM 4.1.5.4, figure 102), decoded once.
 * Transfer limits are powers of two of CAP.MPSMIN pages; 0 always means that nothing is told.
 *
 * @param verify VSL: the most that a verify may name
 * @param writeZeroes WZSL: the most that a write zeroes may name
 * @param writeUncorrectable WUSL
 * @param dsmRanges DMRL: the most ranges of a dataset management command
 * @param dsmRangeBlocks DMRSL: the most blocks of one of them
 * @param dsmBlocks DMSL: the most blocks of all of them
 */
public record CommandSetLimits(
    int verify,
    int writeZeroes,
    int writeUncorrectable,
    int dsmRanges,
    long dsmRangeBlocks,
    long dsmBlocks) {
  /** Nothing is told. */
  public static final CommandSetLimits NONE = new CommandSetLimits(0, 0, 0, 0, 0, 0);

  static final int VSL = 0;
  static final int WZSL = 1;
  static final int WUSL = 2;
  static final int DMRL = 3;
  static final int DMRSL = 4;
  static final int DMSL = 8;

  /** Decodes {@link Identify#BYTES} bytes at {@code address}. */
  public static CommandSetLimits decode(long address) {
    Snapshot data = new Snapshot(address, Identify.BYTES);
    return new CommandSetLimits(
        data.u8(VSL), data.u8(WZSL), data.u8(WUSL), data.u8(DMRL), data.u32(DMRSL), data.s64(DMSL));
  }

  /**
   * A limit in blocks, at most {@code most}.
   *
   * @param limit {@link #verify}, {@link #writeZeroes} or {@link #writeUncorrectable}
   */
  public static long blocks(int limit, int minPageShift, int blockShift, long most) {
    int shift = minPageShift + limit - blockShift;
    return limit == 0 || shift >= Long.SIZE - 1 ? most : Math.min(most, 1L << Math.max(0, shift));
  }
}

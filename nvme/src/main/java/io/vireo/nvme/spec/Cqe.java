package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * A completion queue entry, 16 bytes (Base 3.3.3.2).
 *
 * <pre>
 *  0 DW0  result of the command
 *  4 DW1  result of the command
 *  8 DW2  SQ head 15:0 | SQ id 31:16
 * 12 DW3  command id 15:0 | phase 16 | status 31:17
 * </pre>
 *
 * <p>DW3 is the word that tells whether an entry is new: it is loaded first, once, with acquire
 * order, and everything in it taken from that value. Reactor thread only.
 */
public final class Cqe {
  public static final int BYTES = 16;

  /** {@link #BYTES} as a power of two, for CC.IOCQES. */
  public static final int SHIFT = 4;

  public static final int DW0 = 0;
  public static final int DW1 = 4;
  public static final int DW2 = 8;
  public static final int DW3 = 12;

  /** The phase tag in DW3. */
  public static final int PHASE = 1 << 16;

  private Cqe() {}

  /** Loads DW3; what is loaded afterwards is at least as new. */
  public static int dw3(long cqe) {
    return Mem.getIntAcquire(cqe + DW3);
  }

  public static int commandId(int dw3) {
    return dw3 & 0xffff;
  }

  /** The status, in the form of {@link NvmeStatus}. */
  public static int status(int dw3) {
    return dw3 >>> 17;
  }

  /** DW3 of a completion. */
  public static int dw3(int commandId, int phase, int status) {
    return status << 17 | phase | commandId;
  }

  /** DW0 (low half) and DW1, the command's result. */
  public static long result(long cqe) {
    return Mem.getLong(cqe + DW0);
  }

  /** The id of the submission queue that the command came from. */
  public static int sqId(long cqe) {
    return Mem.getInt(cqe + DW2) >>> 16;
  }
}

package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * A submission queue entry, 64 bytes (Base 3.3.3.1).
 *
 * <pre>
 *  0 CDW0   opcode 7:0 | FUSE 9:8 | PSDT 15:14 | command id 31:16
 *  4 NSID   u32
 *  8 CDW2, CDW3
 * 16 MPTR   u64, metadata
 * 24 DPTR   PRP entry 1 u64 | PRP entry 2 u64, or one SGL descriptor
 * 40 CDW10 to CDW15
 * </pre>
 *
 * <p>Always written in whole words over whatever lay there before. Reactor thread only.
 */
public final class Sqe {
  public static final int BYTES = 64;

  /** {@link #BYTES} as a power of two, for CC.IOSQES. */
  public static final int SHIFT = 6;

  public static final int CDW0 = 0;
  public static final int NSID = 4;
  public static final int CDW2 = 8;
  public static final int CDW3 = 12;
  public static final int MPTR = 16;
  public static final int DPTR = 24;
  public static final int PRP2 = 32;
  public static final int CDW10 = 40;
  public static final int CDW12 = 48;
  public static final int CDW14 = 56;
  public static final int CDW15 = 60;

  /** PSDT in CDW0: DPTR is an SGL descriptor, MPTR one contiguous buffer. */
  public static final int PSDT_SGL = 0b01 << 14;

  /** FUSE in CDW0: the first command of a fused operation, and the second. */
  public static final int FUSE_FIRST = 0b01 << 8;

  public static final int FUSE_SECOND = 0b10 << 8;

  private Sqe() {}

  /** CDW0 of a command that uses PRPs. */
  public static int cdw0(int opcode, int commandId) {
    return commandId << 16 | opcode;
  }

  public static int opcode(int cdw0) {
    return cdw0 & 0xff;
  }

  public static int commandId(int cdw0) {
    return cdw0 >>> 16;
  }

  /** Writes the first 16 bytes: CDW0, NSID, and zero in CDW2 and CDW3. */
  public static void putHead(long sqe, int cdw0, int nsid) {
    Mem.putLong(sqe + CDW0, Integer.toUnsignedLong(nsid) << 32 | Integer.toUnsignedLong(cdw0));
    Mem.putLong(sqe + CDW2, 0);
  }

  /** Writes the data pointer: two PRP entries, or the two words of an SGL descriptor. */
  public static void putDataPointer(long sqe, long first, long second) {
    Mem.putLong(sqe + DPTR, first);
    Mem.putLong(sqe + PRP2, second);
  }

  /** Writes two neighbouring command dwords; {@code at} is one of CDW10, CDW12, CDW14. */
  public static void putPair(long sqe, int at, long pair) {
    Mem.putLong(sqe + at, pair);
  }
}

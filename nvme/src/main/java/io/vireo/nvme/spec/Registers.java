package io.vireo.nvme.spec;

/**
 * Offsets of a controller's registers (Base 3.1.3; doorbells: PCIe 3.1.2).
 *
 * <pre>
 *   00 CAP      u64  capabilities             38 CMBLOC  u32  controller memory buffer: where
 *   08 VS       u32  version                  3c CMBSZ   u32  and how large
 *   0c INTMS    u32  interrupt mask set       50 CMBMSC  u64  its address as the controller sees it
 *   10 INTMC    u32  interrupt mask clear     58 CMBSTS  u32
 *                                             68 CRTO    u32  ready timeouts
 *   14 CC       u32  configuration
 *   1c CSTS     u32  status                   1000 + (2y    ) * (4 &lt;&lt; DSTRD)  tail of SQ y
 *   20 NSSR     u32  subsystem reset          1000 + (2y + 1) * (4 &lt;&lt; DSTRD)  head of CQ y
 *   24 AQA      u32  admin queue sizes
 *   28 ASQ      u64  admin submission queue
 *   30 ACQ      u64  admin completion queue
 * </pre>
 */
public final class Registers {
  public static final int CAP = 0x00;
  public static final int VS = 0x08;
  public static final int INTMS = 0x0c;
  public static final int INTMC = 0x10;
  public static final int CC = 0x14;
  public static final int CSTS = 0x1c;
  public static final int NSSR = 0x20;
  public static final int AQA = 0x24;
  public static final int ASQ = 0x28;
  public static final int ACQ = 0x30;
  public static final int CMBLOC = 0x38;
  public static final int CMBSZ = 0x3c;
  public static final int CMBMSC = 0x50;
  public static final int CMBSTS = 0x58;
  public static final int CRTO = 0x68;
  public static final int DOORBELLS = 0x1000;

  /** What a device that is gone answers to every read of 32 bits. */
  public static final int GONE = -1;

  /** The most entries of an admin queue (Base 3.1.3.8, AQA). */
  public static final int MAX_ADMIN_ENTRIES = 4096;

  private Registers() {}

  /** Offset of the tail doorbell of submission queue {@code qid}; {@code dstrd} is CAP.DSTRD. */
  public static long sqTailDoorbell(int qid, int dstrd) {
    return DOORBELLS + 2L * qid * (4L << dstrd);
  }

  /** Offset of the head doorbell of completion queue {@code qid}; {@code dstrd} is CAP.DSTRD. */
  public static long cqHeadDoorbell(int qid, int dstrd) {
    return DOORBELLS + (2L * qid + 1) * (4L << dstrd);
  }

  /** AQA: sizes of the admin queues in entries, both at most {@link #MAX_ADMIN_ENTRIES}. */
  public static int aqa(int sqEntries, int cqEntries) {
    return (cqEntries - 1) << 16 | (sqEntries - 1);
  }

  /** The version as in "2.0.0", out of VS or the identify data (Base 3.1.3.2). */
  public static String version(int vs) {
    return "%d.%d.%d".formatted(vs >>> 16, vs >>> 8 & 0xff, vs & 0xff);
  }
}

package io.vireo.nvme.spec;

/**
 * The capabilities register, as it was read once (Base 3.1.3.1).
 *
 * <pre>
 *   63   59  57 56 55    52 51    48 47 45 44   37 36   35   32 31 24 23 19 18 17 16  15      0
 *   | CRMS |CMBS|PMRS|MPSMAX| MPSMIN |    | CSS |NSSRS| DSTRD |  TO  |     | AMS |CQR|  MQES   |
 * </pre>
 */
public record Cap(long value) {
  /** CC.CSS may choose the NVM command set. */
  public static final int CSS_NVM = 1;

  /** CC.CSS may choose all command sets that the controller has. */
  public static final int CSS_ALL = 1 << 6;

  private int bits(int from, int count) {
    return (int) (value >>> from) & (1 << count) - 1;
  }

  /** Whether the device is gone: every bit reads one, or zero. */
  public boolean isGone() {
    return value == -1 || value == 0;
  }

  /** MQES: the most entries of an I/O queue, at least 2. */
  public int maxQueueEntries() {
    return bits(0, 16) + 1;
  }

  /** CQR: queues must be contiguous in memory (ours always are). */
  public boolean contiguousQueuesRequired() {
    return bits(16, 1) != 0;
  }

  /** AMS: weighted round robin with an urgent class is offered. */
  public boolean weightedRoundRobin() {
    return bits(17, 1) != 0;
  }

  /** TO: how long CSTS.RDY may take to follow CC.EN. */
  public long readyTimeoutMs() {
    return bits(24, 8) * 500L;
  }

  /** DSTRD: doorbells lie {@code 4 << doorbellStride()} bytes apart. */
  public int doorbellStride() {
    return bits(32, 4);
  }

  /** NSSRS: a subsystem reset by NSSR is offered. */
  public boolean subsystemReset() {
    return bits(36, 1) != 0;
  }

  /** CSS: command sets, as the {@code CSS_} bits. */
  public int commandSets() {
    return bits(37, 8);
  }

  /** MPSMIN: the least memory page, as a power of two. */
  public int minPageShift() {
    return 12 + bits(48, 4);
  }

  /** MPSMAX: the largest memory page, as a power of two. */
  public int maxPageShift() {
    return 12 + bits(52, 4);
  }

  /** CMBS: there is a controller memory buffer, shown after CMBMSC.CRE was set. */
  public boolean memoryBuffer() {
    return bits(57, 1) != 0;
  }

  /** CRMS bit 0: the controller is ready only when its media are, and CRTO tells when. */
  public boolean readyWithMedia() {
    return bits(59, 1) != 0;
  }
}

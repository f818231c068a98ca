package io.vireo.nvme.model;

import io.vireo.linux.Mem;

/** BAR 0 in plain memory: what the host wrote there is looked at in each step (Base 3.1.3). */
final class ModelRegisters {
  /** What lies in a doorbell that nobody stored to. */
  static final int NOT_RUNG = -1;

  private static final int CAP = 0;
  private static final int VS = 8;
  private static final int CC = 0x14;
  private static final int CSTS = 0x1c;
  private static final int AQA = 0x24;
  private static final int ASQ = 0x28;
  private static final int ACQ = 0x30;
  private static final int DOORBELLS = 0x1000;
  private static final int LAST_LOOKED_AT = 16;
  private static final int READY = 1;
  private static final int FATAL = 2;
  private static final int SHUTDOWN_OCCURRING = 0b01 << 2;
  private static final int SHUTDOWN_COMPLETE = 0b10 << 2;

  private final long bar;
  private final int doorbellBytes;
  private final Faults faults;
  private int readySteps;
  private boolean ready;

  ModelRegisters(long bar, ModelOptions options, Faults faults) {
    this.bar = bar;
    this.doorbellBytes = 4 << options.doorbellStride();
    this.faults = faults;
    long cap =
        (options.queueEntries() - 1)
            | 1L << 16 // CQR
            | 1L << 17 // AMS
            | 4L << 24 // TO: 2 s
            | (long) options.doorbellStride() << 32
            | 1L << 37 // CSS: NVM
            | (long) (options.minPageShift() - 12) << 48
            | (long) (Math.max(16, options.minPageShift()) - 12) << 52;
    Mem.putLong(bar + CAP, cap);
    Mem.putInt(bar + VS, 0x20000);
  }

  /** Every byte of the registers answers the same. */
  void vanish(int value) {
    Mem.fill(bar, ModelBar.BYTES, (byte) value);
  }

  /** Lets the controller follow CC. */
  void step() {
    boolean enabled = (cc() & 1) != 0;
    if (enabled == ready) {
      readySteps = 0;
    } else if (!faults.readyIsStuck() && readySteps++ >= faults.readyDelaySteps()) {
      ready = enabled;
      if (!ready) {
        faults.fatal(false);
      }
    }
  }

  /** Tells in CSTS what the controller has become; its queues are ready when it says so. */
  void tellStatus() {
    boolean enabled = (cc() & 1) != 0;
    boolean fatal = enabled && faults.isFatal();
    int asked = cc() >>> 14 & 0b11;
    int reached = faults.shutdownStuck() ? SHUTDOWN_OCCURRING : SHUTDOWN_COMPLETE;
    int shutdown = asked == 0 ? 0 : reached;
    Mem.putIntRelease(bar + CSTS, (ready ? READY : 0) | (fatal ? FATAL : 0) | shutdown);
  }

  boolean isReady() {
    return ready;
  }

  private int cc() {
    return Mem.getIntAcquire(bar + CC);
  }

  /** CC.MPS in bytes. */
  int pageBytes() {
    return 4096 << (cc() >>> 7 & 0xf);
  }

  /** Whether entries are of 64 and 16 bytes. */
  boolean entrySizesAreRight() {
    return (cc() >>> 16 & 0xf) == 6 && (cc() >>> 20 & 0xf) == 4;
  }

  int adminSqEntries() {
    return (Mem.getInt(bar + AQA) & 0xfff) + 1;
  }

  int adminCqEntries() {
    return (Mem.getInt(bar + AQA) >>> 16 & 0xfff) + 1;
  }

  long adminSq() {
    return Mem.getLong(bar + ASQ);
  }

  long adminCq() {
    return Mem.getLong(bar + ACQ);
  }

  private long doorbell(int qid, boolean completion) {
    return bar + DOORBELLS + (2L * qid + (completion ? 1 : 0)) * doorbellBytes;
  }

  int sqTail(int qid) {
    return Mem.getIntAcquire(doorbell(qid, false));
  }

  int cqHead(int qid) {
    return Mem.getIntAcquire(doorbell(qid, true));
  }

  /** As they are after a reset, and for a new queue. */
  void clearDoorbell(int qid, boolean completion, int value) {
    Mem.putInt(doorbell(qid, completion), value);
  }

  /** What lies in the doorbells of the I/O queues. */
  byte[] ioDoorbells() {
    long from = doorbell(1, false);
    byte[] all = new byte[(int) (doorbell(LAST_LOOKED_AT, true) - from) + Integer.BYTES];
    Mem.copy(from, all, 0, all.length);
    return all;
  }

  /** Whether the tail doorbell was stored to since it was asked the last time. */
  boolean takeRing(int qid) {
    boolean rung = sqTail(qid) != NOT_RUNG;
    if (rung) { // a store that comes after this look is for the next one
      Mem.putInt(doorbell(qid, false), NOT_RUNG);
      Mem.fullFence(); // what is overwritten here was told in memory before
    }
    return rung;
  }
}

package io.vireo.nvme.spec;

/**
 * The configuration register (Base 3.1.3.5).
 *
 * <pre>
 *   31    24 23  20 19  16 15 14 13 11 10   7 6   4 3  1  0
 *   |       |IOCQES|IOSQES| SHN | AMS |  MPS | CSS |    |EN|
 * </pre>
 */
public final class Cc {
  public static final int EN = 1;

  /** CSS: the NVM command set. */
  public static final int CSS_NVM = 0b000;

  /** CSS: all command sets that the controller has. */
  public static final int CSS_ALL = 0b110;

  /** AMS: weighted round robin with an urgent class. */
  public static final int AMS_WEIGHTED = 0b001 << 11;

  /** SHN: an orderly shutdown. */
  public static final int SHN_NORMAL = 0b01;

  /** SHN: a shutdown in a hurry. */
  public static final int SHN_ABRUPT = 0b10;

  private static final int SHN_SHIFT = 14;
  private static final int SHN_MASK = 0b11 << SHN_SHIFT;

  private Cc() {}

  /** A value for entries of 64 and 16 bytes, round robin, no shutdown, not yet enabled. */
  public static int of(int commandSet, int pageShift) {
    return Cqe.SHIFT << 20 | Sqe.SHIFT << 16 | (pageShift - 12) << 7 | commandSet << 4;
  }

  public static boolean isEnabled(int cc) {
    return (cc & EN) != 0;
  }

  /** CSS: the chosen command set. */
  public static int commandSet(int cc) {
    return cc >>> 4 & 0b111;
  }

  /** MPS: the memory page in bytes. */
  public static int pageBytes(int cc) {
    return 1 << (12 + (cc >>> 7 & 0xf));
  }

  /** IOSQES: an I/O submission queue entry's size as a power of two. */
  public static int sqeShift(int cc) {
    return cc >>> 16 & 0xf;
  }

  /** IOCQES: an I/O completion queue entry's size as a power of two. */
  public static int cqeShift(int cc) {
    return cc >>> 20 & 0xf;
  }

  /** SHN: which shutdown is asked for, 0 for none. */
  public static int shutdown(int cc) {
    return (cc & SHN_MASK) >>> SHN_SHIFT;
  }

  /** The same with another SHN. */
  public static int withShutdown(int cc, int shn) {
    return (cc & ~SHN_MASK) | shn << SHN_SHIFT;
  }
}

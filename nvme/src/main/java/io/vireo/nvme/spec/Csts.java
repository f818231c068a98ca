package io.vireo.nvme.spec;

/**
 * The status register (Base 3.1.3.6): RDY bit 0, CFS bit 1, SHST bits 3:2, NSSRO 4, PP 5.
 *
 * <p>A value of all ones is no status: the device is gone ({@link Registers#GONE}). Ask for that
 * first, for every bit is then set.
 */
public final class Csts {
  public static final int RDY = 1;
  public static final int CFS = 1 << 1;
  public static final int SHST_COMPLETE = 0b10;

  /** PP: commands wait until a processing is over, that of new firmware. */
  public static final int PP = 1 << 5;

  private static final int SHST_SHIFT = 2;

  private Csts() {}

  public static boolean isGone(int csts) {
    return csts == Registers.GONE;
  }

  public static boolean isReady(int csts) {
    return (csts & RDY) != 0;
  }

  /** CFS: the controller met a fatal error; only a reset helps. */
  public static boolean isFatal(int csts) {
    return (csts & CFS) != 0;
  }

  /** SHST: how far a shutdown is. */
  public static int shutdown(int csts) {
    return csts >>> SHST_SHIFT & 0b11;
  }

  /** The same with another SHST. */
  public static int withShutdown(int csts, int shst) {
    return (csts & ~(0b11 << SHST_SHIFT)) | shst << SHST_SHIFT;
  }
}

package io.vireo.nvme.spec;

/** Opcodes of the NVM command set (NVM 3, figure 12); bits 1:0 tell which way the data go. */
public final class NvmOpcode {
  public static final int FLUSH = 0x00;
  public static final int WRITE = 0x01;
  public static final int READ = 0x02;
  public static final int WRITE_UNCORRECTABLE = 0x04;
  public static final int COMPARE = 0x05;
  public static final int WRITE_ZEROES = 0x08;
  public static final int DATASET_MANAGEMENT = 0x09;
  public static final int VERIFY = 0x0c;
  public static final int COPY = 0x19;

  /** Command dword 12 of a read or write, bit 30: complete when the data are durable. */
  public static final int FUA = 1 << 30;

  /** Command dword 12 of write zeroes, bit 25: the blocks may be deallocated. */
  public static final int DEAC = 1 << 25;

  /** Command dword 11 of dataset management, bit 2: deallocate the ranges. */
  public static final int DSM_DEALLOCATE = 1 << 2;

  /** Command dword 12, bit 29: the controller inserts and strips protection information. */
  public static final int PRACT = 1 << 29;

  /** Command dword 12, bits 28 to 26: which parts of protection information are checked. */
  public static final int PRCHK_GUARD = 1 << 28;

  public static final int PRCHK_APPLICATION_TAG = 1 << 27;
  public static final int PRCHK_REFERENCE_TAG = 1 << 26;
  public static final int PRCHK = PRCHK_GUARD | PRCHK_APPLICATION_TAG | PRCHK_REFERENCE_TAG;

  private static final int COPY_SOURCE_SHIFT = 14;

  /** Bits 1:0: the data go to the controller. */
  public static final int TO_CONTROLLER = 0b01;

  /** Bits 1:0: the data come to the host. */
  public static final int TO_HOST = 0b10;

  private NvmOpcode() {}

  /** The {@link #PRACT} and PRCHK flags for what a copy reads: PRINFOR, bits 15:12 (NVM 3.2.2). */
  public static int ofCopySource(int flags) {
    return flags >>> COPY_SOURCE_SHIFT;
  }
}

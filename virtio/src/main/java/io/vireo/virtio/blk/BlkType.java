package io.vireo.virtio.blk;

/** Types of requests (virtio 1.3, 5.2.6). */
public final class BlkType {
  public static final int IN = 0;
  public static final int OUT = 1;
  public static final int FLUSH = 4;

  /** Another number for FLUSH, of legacy drivers (5.2.6.3). */
  public static final int FLUSH_OUT = 5;

  public static final int GET_ID = 8;
  public static final int DISCARD = 11;
  public static final int WRITE_ZEROES = 13;

  /** Length of the device's ID string, which is NUL-padded and not always NUL-terminated. */
  public static final int ID_BYTES = 20;

  private BlkType() {}
}

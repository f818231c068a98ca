package io.vireo.virtio.blk;

import io.vireo.bdev.IoStatus;

/** The status byte of a request (virtio 1.3, 5.2.6). */
public final class BlkStatus {
  public static final int OK = 0;
  public static final int IOERR = 1;
  public static final int UNSUPP = 2;

  private BlkStatus() {}

  /** What a bdev's final status looks like to a driver. */
  static int of(int ioStatus) {
    if (ioStatus == IoStatus.OK) {
      return OK;
    }
    return ioStatus == IoStatus.UNSUPPORTED ? UNSUPP : IOERR;
  }
}

package io.vireo.bdev;

/** Results of a request. Final ones are not negative; {@link #PENDING} and {@link #BUSY} are. */
public final class IoStatus {
  /** Done. */
  public static final int OK = 0;

  /** The device failed, or the data behind the range are gone. */
  public static final int IO_ERROR = 1;

  /** The bdev does not know this type of request. */
  public static final int UNSUPPORTED = 2;

  /** The range leaves the bdev. */
  public static final int OUT_OF_RANGE = 3;

  /** Offset or length is no multiple of the block, or the buffers do not add up to the length. */
  public static final int MISALIGNED = 4;

  /** A change of a bdev that is read-only, or opened for reading only. */
  public static final int READ_ONLY = 5;

  /** The bdev was removed, or the descriptor closed. */
  public static final int NO_DEVICE = 6;

  /** Nothing left to store into. */
  public static final int NO_SPACE = 7;

  /** Cancelled by a reset. */
  public static final int ABORTED = 8;

  /** Not a result: the request runs and {@link IoCompletion#complete} will be called. */
  public static final int PENDING = -1;

  /** Not a result: nothing was begun for lack of room; submit again in a later lap. */
  public static final int BUSY = -2;

  private static final String[] NAMES = {
    "ok",
    "io_error",
    "unsupported",
    "out_of_range",
    "misaligned",
    "read_only",
    "no_device",
    "no_space",
    "aborted",
  };

  /** How many final statuses there are; they are numbered from 0. */
  public static final int COUNT = NAMES.length;

  private IoStatus() {}

  /** The name of a final status, as in {@code io_error} of bdev_get_iostat. */
  public static String name(int status) {
    return NAMES[status];
  }
}

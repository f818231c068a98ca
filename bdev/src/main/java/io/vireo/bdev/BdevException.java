package io.vireo.bdev;

import io.vireo.linux.Errno;

/** An operation on bdevs that was refused: one sentence for the operator, and the errno. */
public final class BdevException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param errno one of {@link Errno}'s numbers
   * @param message one sentence with the value and the limit
   */
  public BdevException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** A parameter that makes no sense (EINVAL). */
  public static BdevException invalid(String message) {
    return new BdevException(Errno.EINVAL, message);
  }

  /** What kind of refusal this is. */
  public int errno() {
    return errno;
  }
}

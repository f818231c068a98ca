package io.vireo.vhost;

/** An operation on controllers that was refused: one sentence for the operator, and the errno. */
public final class VhostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param errno one of {@link io.vireo.linux.Errno}'s numbers
   * @param message one sentence with the value and the limit
   */
  public VhostException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** What kind of refusal this is. */
  public int errno() {
    return errno;
  }
}

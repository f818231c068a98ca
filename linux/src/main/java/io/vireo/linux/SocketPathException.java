package io.vireo.linux;

import java.io.IOException;

/** A socket cannot be at a path: one sentence for the operator, and the errno. */
public final class SocketPathException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  SocketPathException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** What kind of refusal this is, one of {@link Errno}. */
  public int errno() {
    return errno;
  }
}

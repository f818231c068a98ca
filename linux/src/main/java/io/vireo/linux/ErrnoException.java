package io.vireo.linux;

/**
 * A system call failed.
 *
 * <p>The message is one sentence: {@code mmap of 4096 bytes: Cannot allocate memory (ENOMEM)}.
 */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final String detail;
  private final String advice; // empty: there is none
  private final int errno;

  /**
   * @param call the system call
   * @param errno the positive error number
   * @param detail what it was asked to do, as it follows the call's name; may be empty
   */
  public ErrnoException(String call, int errno, String detail) {
    super(message(call, errno, detail));
    this.call = call;
    this.detail = detail;
    this.advice = "";
    this.errno = errno;
  }

  /**
   * @param advice what to do about it; follows the message after a semicolon
   */
  public ErrnoException(String call, int errno, String detail, String advice) {
    super(message(call, errno, detail) + "; " + advice);
    this.call = call;
    this.detail = detail;
    this.advice = advice;
    this.errno = errno;
  }

  /** Answers {@code result}, or throws when it is a negative errno. */
  public static long check(long result, String call, String detail) {
    if (result < 0) {
      throw new ErrnoException(call, (int) -result, detail);
    }
    return result;
  }

  private static String message(String call, int errno, String detail) {
    return "%s: %s (%s)".formatted(tried(call, detail), Errno.text(errno), Errno.name(errno));
  }

  private static String tried(String call, String detail) {
    return detail.isEmpty() ? call : call + " " + detail;
  }

  /** The message without the error: {@code open of /dev/vfio/12; run as root}. */
  public String triedAndAdvice() {
    String tried = tried(call, detail);
    return advice.isEmpty() ? tried : tried + "; " + advice;
  }

  /** The name of the system call. */
  public String call() {
    return call;
  }

  /** The positive error number, one of {@link Errno}. */
  public int errno() {
    return errno;
  }
}

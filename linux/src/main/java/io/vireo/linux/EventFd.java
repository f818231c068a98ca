package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * An eventfd(2): a counter that wakes whoever waits for it.
 *
 * <p>No signal can hang its sender: ours are non-blocking, and those from outside, which others can
 * make blocking again, are signalled in another way. Signals come from any thread; who closes makes
 * sure that nobody signals any more.
 */
public final class EventFd implements AutoCloseable {
  static final int EFD_NONBLOCK = 0x800;
  static final int EFD_CLOEXEC = 0x80000;
  private static final String TARGET = "anon_inode:[eventfd]";

  /** What each signal adds; never written again. */
  private static final long ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1).address();

  private int fd;
  private final AioSignal foreign; // null: nobody else has it

  private EventFd(int fd, AioSignal foreign) {
    this.fd = fd;
    this.foreign = foreign;
  }

  /** A new one with counter 0. */
  public static EventFd create() {
    long fd = Syscall.call(Syscall.EVENTFD2, 0, EFD_NONBLOCK | EFD_CLOEXEC);
    return new EventFd((int) check(fd, "eventfd", ""), null);
  }

  /**
   * Takes a descriptor that came from outside, makes it non-blocking and owns it.
   *
   * @throws IllegalArgumentException when it is no eventfd: a pipe or socket could block or kill
   *     its writer. The descriptor then stays the caller's.
   */
  public static EventFd adopt(int fd) {
    String target = Libc.fdTarget(fd);
    if (!target.equals(TARGET)) {
      throw new IllegalArgumentException(
          "descriptor " + fd + " is " + target + ", not an eventfd (" + TARGET + ")");
    }
    Libc.setNonBlocking(fd);
    return new EventFd(fd, new AioSignal(fd));
  }

  /** The descriptor; -1 once closed. */
  public int fd() {
    return fd;
  }

  /**
   * Adds one and wakes the waiters. Allocates nothing.
   *
   * @return 0, also when the counter is full, which means signalled already; else the negative
   *     errno
   */
  public int signal() {
    if (foreign != null) {
      return foreign.signal();
    }
    long written = Syscall.call(Syscall.WRITE, fd, ONE, Long.BYTES);
    return written >= 0 || written == -Errno.EAGAIN ? 0 : (int) written;
  }

  /** Takes the counter and leaves 0; answers 0 when nobody signalled. */
  public long drain() {
    try (Arena arena = Arena.ofConfined()) {
      long counter = arena.allocate(ValueLayout.JAVA_LONG).address();
      long read = Syscall.call(Syscall.READ, fd, counter, Long.BYTES);
      if (read == -Errno.EAGAIN) {
        return 0;
      }
      check(read, "read", "of eventfd " + fd);
      return Mem.getLong(counter);
    }
  }

  /** Closes the descriptor; a second time does nothing. */
  @Override
  public void close() {
    if (fd >= 0) {
      int closing = fd;
      fd = -1;
      if (foreign != null) {
        foreign.close();
      }
      Libc.close(closing);
    }
  }
}

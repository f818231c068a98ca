package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An epoll(7) instance: sleeps until one of many descriptors is ready.
 *
 * <p>{@link #add} and {@link #remove} come from any thread; {@link #await} and what it found belong
 * to one.
 */
public final class Epoll implements AutoCloseable {
  public static final int EPOLLIN = 1;
  public static final int EPOLLOUT = 4;
  public static final int EPOLLERR = 8;
  public static final int EPOLLHUP = 0x10;
  public static final int EPOLLET = 1 << 31;

  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;

  /** struct epoll_event is packed on x86-64: u32 events, u64 data. */
  static final int EVENT_BYTES = 12;

  static final int EVENT_DATA = 4;
  private static final int MAX_EVENTS = 64;

  /** Kept for its life: the memory goes with it. */
  private final MemorySegment found = Arena.ofAuto().allocate((long) MAX_EVENTS * EVENT_BYTES, 8);

  private int fd;

  private Epoll(int fd) {
    this.fd = fd;
  }

  public static Epoll create() {
    return new Epoll((int) check(Syscall.call(Syscall.EPOLL_CREATE1, EPOLL_CLOEXEC), "epoll", ""));
  }

  /** The descriptor of the instance itself; -1 once closed. */
  public int fd() {
    return fd;
  }

  /**
   * Watches a descriptor.
   *
   * @param events what to wait for, such as {@code EPOLLIN | EPOLLET}
   * @param token comes back from {@link #token} when it is ready
   */
  public void add(int watched, int events, long token) {
    try (Arena arena = Arena.ofConfined()) {
      long event = arena.allocate(EVENT_BYTES).address();
      Mem.putInt(event, events);
      Mem.putLong(event + EVENT_DATA, token);
      long result = Syscall.call(Syscall.EPOLL_CTL, fd, EPOLL_CTL_ADD, watched, event);
      check(result, "epoll_ctl", "to add descriptor " + watched);
    }
  }

  /** No longer watches a descriptor; before it is closed, if its open file is shared. */
  public void remove(int watched) {
    long result = Syscall.call(Syscall.EPOLL_CTL, fd, EPOLL_CTL_DEL, watched, 0);
    check(result, "epoll_ctl", "to remove descriptor " + watched);
  }

  /**
   * Sleeps until something is ready. Allocates nothing.
   *
   * @param timeoutMillis -1 waits without a limit
   * @return how many are ready, at most 64 at a time; 0 after the time, and when a signal
   *     interrupted
   */
  public int await(int timeoutMillis) {
    long ready = Syscall.call(Syscall.EPOLL_WAIT, fd, found.address(), MAX_EVENTS, timeoutMillis);
    if (ready == -Errno.EINTR) {
      return 0;
    }
    return ready >= 0 ? (int) ready : failed((int) -ready);
  }

  /** Apart from {@link #await} so that the message is only built when there is one. */
  private int failed(int errno) {
    throw new ErrnoException("epoll_wait", errno, "on descriptor " + fd);
  }

  /** The token of the {@code i}th descriptor that the last {@link #await} found ready. */
  public long token(int i) {
    return Mem.getLong(found.address() + (long) i * EVENT_BYTES + EVENT_DATA);
  }

  /** The events of the {@code i}th descriptor that the last {@link #await} found ready. */
  public int events(int i) {
    return Mem.getInt(found.address() + (long) i * EVENT_BYTES);
  }

  @Override
  public void close() {
    if (fd >= 0) {
      int closing = fd;
      fd = -1;
      Libc.close(closing);
    }
  }
}

package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A Unix stream socket that passes descriptors along with its bytes (unix(7), SCM_RIGHTS).
 *
 * <p>Written here, and not taken from a library, because of what a hostile peer can do: a receive
 * buffer too small for the descriptors it sends makes the kernel install some of them, and those
 * must not be lost. This one always has room for as many as the kernel passes at once.
 *
 * <p>One thread at a time; closing is the user's job too, not another thread's.
 */
public final class UnixSocket implements AutoCloseable {
  /** sockaddr_un has room for 108 bytes, the terminating zero among them. */
  public static final int MAX_PATH_BYTES = SocketAddress.MAX_NAME_BYTES;

  /** SCM_MAX_FD: the kernel passes no more descriptors with one send. */
  public static final int MAX_FDS = 253;

  static final int SOCK_NONBLOCK = 0x800;
  static final int SOL_SOCKET = 1;
  static final int SCM_RIGHTS = 1;
  static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private final int fd;

  // Left to the collector: closing a shared arena stops every thread of the process for a moment,
  // the reactors among them, and may undo what was compiled for them.
  private final Arena arena = Arena.ofAuto();

  private final SocketMessage message = new SocketMessage(arena, MAX_FDS);
  private boolean closed;

  private UnixSocket(int fd) {
    this.fd = fd;
  }

  /**
   * Listens at {@code path}, which must not exist. {@link #accept} does not wait.
   *
   * @param mode permissions of the socket's file; they hold from its first moment on
   */
  public static UnixSocket listen(Path path, int mode, int backlog) {
    int fd = open(SOCK_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      // The file inherits the socket's own mode, so nobody can slip in before the change below,
      // which undoes what the umask took away.
      check(Syscall.call(Syscall.FCHMOD, fd, mode), "fchmod", "of a socket");
      SocketAddress address = SocketAddress.of(path, arena);
      long bound = Syscall.call(Syscall.BIND, fd, address.address(), address.bytes());
      check(bound, "bind", "to " + path);
      long name = arena.allocateFrom(path.toString()).address();
      check(Syscall.call(Syscall.FCHMODAT, Libc.AT_FDCWD, name, mode), "chmod", "of " + path);
      check(Syscall.call(Syscall.LISTEN, fd, backlog), "listen", "at " + path);
      return new UnixSocket(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** Connects to who listens at {@code path}; waits while its backlog is full. */
  public static UnixSocket connect(Path path) {
    int fd = open(0);
    try {
      check(connect(fd, path), "connect", "to " + path);
      return new UnixSocket(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** Whether somebody listens at {@code path}; a file that nobody is behind is not an error. */
  public static boolean isListening(Path path) {
    int fd = open(SOCK_NONBLOCK);
    try {
      long result = connect(fd, path);
      if (result == -Errno.ECONNREFUSED || result == -Errno.ENOENT) {
        return false;
      }
      if (result != -Errno.EAGAIN) { // EAGAIN: its backlog is full, so it is alive
        check(result, "connect", "to " + path);
      }
      return true;
    } finally {
      Libc.close(fd);
    }
  }

  /**
   * Takes a descriptor that came from outside and owns it.
   *
   * @throws IllegalArgumentException when it is no socket; it then stays the caller's
   */
  public static UnixSocket adopt(int fd) {
    if (!FileStat.of(fd).isSocket()) {
      throw new IllegalArgumentException(
          "descriptor " + fd + " is " + Libc.fdTarget(fd) + ", not a socket");
    }
    return new UnixSocket(fd);
  }

  /** Two that are connected to each other. */
  public static UnixSocket[] pair() {
    int[] fds = Libc.socketpair(Libc.SOCK_STREAM);
    return new UnixSocket[] {new UnixSocket(fds[0]), new UnixSocket(fds[1])};
  }

  /** The next who connected, if one waits. */
  public Optional<UnixSocket> accept() {
    long accepted = Syscall.restarting(Syscall.ACCEPT4, fd, 0, 0, Libc.SOCK_CLOEXEC);
    if (accepted == -Errno.EAGAIN) {
      return Optional.empty();
    }
    return Optional.of(new UnixSocket((int) check(accepted, "accept", "")));
  }

  /**
   * Receives what has arrived, without waiting.
   *
   * @param fds is given each descriptor that came along, and owns it
   * @return bytes received; 0 at the end of the stream; -EAGAIN when nothing has arrived, or
   *     another negative errno
   */
  public int receive(byte[] into, int offset, int length, IntConsumer fds) {
    int wanted = Math.min(length, SocketMessage.MAX_BYTES);
    long header = message.toReceive(wanted);
    int flags = Libc.MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
    try {
      long got = Syscall.restarting(Syscall.RECVMSG, fd, header, flags, 0);
      if (got >= 0) {
        message.descriptors(SOL_SOCKET, SCM_RIGHTS, fds);
        Mem.copy(message.data(), into, offset, (int) got);
      }
      return (int) got;
    } finally {
      Reference.reachabilityFence(arena);
    }
  }

  /**
   * Sends bytes, and descriptors with the first of them; they stay the caller's.
   *
   * @param flags {@link Libc#MSG_DONTWAIT} to answer -EAGAIN instead of waiting for room
   * @return bytes sent or a negative errno
   */
  public int send(byte[] bytes, int offset, int length, int flags, int... fds) {
    try {
      int count = Math.min(length, SocketMessage.MAX_BYTES);
      Mem.copy(bytes, offset, message.data(), count);
      long header = message.toSend(count, SOL_SOCKET, SCM_RIGHTS, fds);
      return (int) Syscall.restarting(Syscall.SENDMSG, fd, header, flags | Libc.MSG_NOSIGNAL, 0);
    } finally {
      Reference.reachabilityFence(arena);
    }
  }

  /** The descriptor, to wait for. */
  public int fd() {
    return fd;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }

  private static int open(int flags) {
    int type = Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | flags;
    return (int) check(Syscall.call(Syscall.SOCKET, Libc.AF_UNIX, type, 0), "socket", "");
  }

  private static long connect(int fd, Path path) {
    try (Arena arena = Arena.ofConfined()) {
      SocketAddress address = SocketAddress.of(path, arena);
      return Syscall.restarting(Syscall.CONNECT, fd, address.address(), address.bytes(), 0);
    }
  }
}

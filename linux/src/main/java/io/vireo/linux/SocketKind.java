package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/**
 * What a socket is that another program has made: unix(7), socket(7).
 *
 * @param unixStream a Unix stream socket, such as {@link UnixSocket} is
 * @param listening others can connect to it
 * @param connected it has a peer
 */
public record SocketKind(boolean unixStream, boolean listening, boolean connected) {
  static final int SO_TYPE = 3;
  static final int SO_ACCEPTCONN = 30;
  static final int SO_DOMAIN = 39;

  /**
   * Asks the kernel.
   *
   * @throws ErrnoException EBADF when nothing is open there, ENOTSOCK when it is no socket
   */
  public static SocketKind of(int fd) {
    boolean unixStream =
        option(fd, SO_DOMAIN) == Libc.AF_UNIX && option(fd, SO_TYPE) == Libc.SOCK_STREAM;
    return new SocketKind(unixStream, option(fd, SO_ACCEPTCONN) != 0, hasPeer(fd));
  }

  private static int option(int fd, int name) {
    try (Arena arena = Arena.ofConfined()) {
      long value = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      long bytes = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      Mem.putInt(bytes, Integer.BYTES);
      long result =
          Syscall.call(Syscall.GETSOCKOPT, fd, UnixSocket.SOL_SOCKET, name, value, bytes, 0);
      check(result, "getsockopt", "of descriptor " + fd);
      return Mem.getInt(value);
    }
  }

  private static boolean hasPeer(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      long nowhere = arena.allocate(Long.BYTES, Long.BYTES).address();
      return Syscall.call(Syscall.GETPEERNAME, fd, nowhere, bytes)
          == 0; // who it is does not matter
    }
  }
}

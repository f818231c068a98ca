package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Messages to Unix datagram sockets (unix(7)). Any thread. */
public final class UnixDatagram {
  private UnixDatagram() {}

  /**
   * Sends one; waits for nobody.
   *
   * @param name the receiver's path, or behind an {@code @} its name in the abstract space
   * @throws ErrnoException when nobody is there, or has no room
   */
  public static void send(String name, byte[] message) {
    int type = Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC;
    int fd = (int) check(Syscall.call(Syscall.SOCKET, Libc.AF_UNIX, type, 0), "socket", "");
    try (Arena arena = Arena.ofConfined()) {
      SocketAddress to =
          name.startsWith("@")
              ? SocketAddress.ofAbstract(name.substring(1), arena)
              : SocketAddress.of(Path.of(name), arena);
      long connected = Syscall.restarting(Syscall.CONNECT, fd, to.address(), to.bytes(), 0);
      check(connected, "connect", "to " + name);
      long bytes = arena.allocate(Math.max(1, message.length)).address();
      Mem.copy(message, 0, bytes, message.length);
      int flags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;
      check(Libc.send(fd, bytes, message.length, flags), "send", "to " + name);
    } finally {
      Libc.close(fd);
    }
  }
}

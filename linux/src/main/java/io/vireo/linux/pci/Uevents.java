package io.vireo.linux.pci;

import static io.vireo.linux.ErrnoException.check;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * What the kernel tells about devices that come and go (netlink(7), NETLINK_KOBJECT_UEVENT), from
 * the moment on that this is opened. Messages of anybody else are dropped. One thread at a time.
 */
public final class Uevents implements AutoCloseable {
  static final int AF_NETLINK = 16;
  static final int SOCK_FLAGS = 0x80800; // SOCK_CLOEXEC, SOCK_NONBLOCK
  static final int NETLINK_KOBJECT_UEVENT = 15;
  static final int SOL_SOCKET = 1;
  static final int SO_RCVBUF = 8;

  /** struct sockaddr_nl. */
  static final int SOCKADDR_NL_BYTES = 12;

  static final int NL_FAMILY = 0;
  static final int NL_PID = 4;
  static final int NL_GROUPS = 8;

  /** The multicast group of the kernel itself; the second is for udev's own messages. */
  private static final int KERNEL_GROUP = 1;

  /** A message has at most 2 KiB of variables (UEVENT_BUFFER_SIZE), and a path. */
  private static final int MESSAGE_BYTES = 8192;

  private static final int BUFFER_BYTES = 1 << 20;

  private final int fd;
  private final byte[] message = new byte[MESSAGE_BYTES];
  private boolean closed;

  private Uevents(int fd) {
    this.fd = fd;
  }

  /** From now on. */
  public static Uevents open() {
    long made =
        Syscall.call(
            Syscall.SOCKET, AF_NETLINK, Libc.SOCK_DGRAM | SOCK_FLAGS, NETLINK_KOBJECT_UEVENT);
    int fd = (int) check(made, "socket", "for uevents");
    try (Arena arena = Arena.ofConfined()) {
      long size = arena.allocateFrom(ValueLayout.JAVA_INT, BUFFER_BYTES).address();
      check(
          Syscall.call(Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_RCVBUF, size, Integer.BYTES, 0),
          "setsockopt",
          "SO_RCVBUF");
      long address = arena.allocate(SOCKADDR_NL_BYTES, 8).address();
      Mem.putShort(address + NL_FAMILY, (short) AF_NETLINK);
      Mem.putInt(address + NL_GROUPS, KERNEL_GROUP);
      check(Syscall.call(Syscall.BIND, fd, address, SOCKADDR_NL_BYTES), "bind", "for uevents");
      return new Uevents(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** Becomes readable when there is something to {@link #drain}. */
  public int fd() {
    return fd;
  }

  /**
   * Hands over all that has arrived, without waiting.
   *
   * @return false when the kernel had to drop some: look at {@link PciBus#functions} again
   */
  public boolean drain(Consumer<Uevent> events) {
    boolean complete = true;
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(MESSAGE_BYTES).address();
      long sender = arena.allocate(SOCKADDR_NL_BYTES, 8).address();
      long senderBytes = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      while (true) {
        Mem.putInt(senderBytes, SOCKADDR_NL_BYTES);
        long got =
            Syscall.call(
                Syscall.RECVFROM,
                fd,
                buffer,
                MESSAGE_BYTES,
                Libc.MSG_DONTWAIT,
                sender,
                senderBytes);
        if (got == -Errno.EAGAIN) {
          return complete;
        }
        if (got == -Errno.ENOBUFS) {
          complete = false;
        } else if (got < 0 && got != -Errno.EINTR) {
          throw new ErrnoException("recvfrom", (int) -got, "for uevents");
        } else if (got > 0 && Mem.getInt(sender + NL_PID) == 0) { // from the kernel itself
          Mem.copy(buffer, message, 0, (int) got);
          Uevent.parse(message, (int) got).ifPresent(events);
        }
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}

package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** A pseudo-terminal (pty(7)), seen from the side of who types and reads the screen. */
public final class Pty implements AutoCloseable {
  private static final int TIOCSPTLCK = 0x40045431;
  private static final int TIOCGPTN = 0x80045430;
  private static final int TIOCSWINSZ = 0x5414;
  private static final int O_NOCTTY = 0x100;

  private int master; // -1: hung up
  private final int slave;

  /** A new one, which is nobody's controlling terminal. */
  public Pty() {
    master = Libc.open("/dev/ptmx", Libc.O_RDWR | O_NOCTTY | Libc.O_NONBLOCK, 0);
    try (Arena arena = Arena.ofConfined()) {
      long number = arena.allocate(Long.BYTES, Long.BYTES).address();
      check(Syscall.call(Syscall.IOCTL, master, TIOCSPTLCK, number), "ioctl", "TIOCSPTLCK");
      check(Syscall.call(Syscall.IOCTL, master, TIOCGPTN, number), "ioctl", "TIOCGPTN");
      slave = Libc.open("/dev/pts/" + Mem.getInt(number), Libc.O_RDWR | O_NOCTTY, 0);
    }
  }

  /** The descriptor that a program on it reads and writes. */
  public int slave() {
    return slave;
  }

  /** Gives it another size. */
  public void resize(int rows, int columns) {
    try (Arena arena = Arena.ofConfined()) {
      long size = arena.allocate(Long.BYTES, Long.BYTES).address();
      Mem.putInt(size, columns << Short.SIZE | rows);
      check(Syscall.call(Syscall.IOCTL, master, TIOCSWINSZ, size), "ioctl", "TIOCSWINSZ");
    }
  }

  /** Types. */
  public void type(String keys) {
    byte[] bytes = keys.getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(bytes.length).address();
      Mem.copy(bytes, 0, buffer, bytes.length);
      check(Syscall.call(Syscall.WRITE, master, buffer, bytes.length), "write", "of keys");
    }
  }

  /** What the terminal was sent since the last call, echoed keys included. */
  public String shown() {
    StringBuilder text = new StringBuilder();
    byte[] bytes = new byte[4096];
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(bytes.length).address();
      long got;
      while ((got = Syscall.call(Syscall.READ, master, buffer, bytes.length)) > 0) {
        Mem.copy(buffer, bytes, 0, (int) got);
        text.append(new String(bytes, 0, (int) got, StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  /** Hangs up; who reads from it finds the end. */
  public void hangUp() {
    if (master >= 0) {
      Libc.close(master);
      master = -1;
    }
  }

  @Override
  public void close() {
    hangUp();
    Libc.close(slave);
  }
}

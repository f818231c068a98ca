package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;

/**
 * A terminal as full-screen programs use it: keys one by one and unseen, its size, and the way back
 * to how it was (termios(3), ioctl_tty(2)).
 *
 * <p>Ctrl-C stays a signal, so that a program can be ended whatever it does. Ctrl-Z becomes a key:
 * who gets it restores the terminal and calls {@link #stopProcess}. Any thread, but for {@link
 * #read}: one at a time.
 */
public final class Terminal {
  /** Rows and columns of characters. */
  public record Size(int rows, int columns) {}

  static final int TCGETS = 0x5401;
  static final int TCSETSW = 0x5403;
  static final int TIOCGPGRP = 0x540f;
  static final int TIOCGWINSZ = 0x5413;

  static final int ICRNL = 0x100;
  static final int IXON = 0x400;
  static final int ICANON = 2;
  static final int ECHO = 8;
  static final int IEXTEN = 0x8000;
  static final int VQUIT = 1;
  static final int VTIME = 5;
  static final int VMIN = 6;
  static final int VSUSP = 10;
  static final int SIGTSTP = 20;

  /** The kernel's struct termios: four words of flags, the line discipline, 19 characters. */
  private static final int TERMIOS_BYTES = 36;

  private static final int INPUT_FLAGS = 0;
  private static final int LOCAL_FLAGS = 12;
  private static final int CHARACTERS = 17;

  private final int in;
  private final int out;
  private byte[] before; // guarded by this; null: not raw

  /**
   * @param in its descriptor to read keys from
   * @param out its descriptor to write to
   */
  public Terminal(int in, int out) {
    this.in = in;
    this.out = out;
  }

  /** Whether both are a terminal's. */
  public boolean isTerminal() {
    return settings(in) != null && settings(out) != null;
  }

  /** Empty, 0 rows and 0 columns, where nobody has said how large it is. */
  public Size size() {
    try (Arena arena = Arena.ofConfined()) {
      long size = arena.allocate(Long.BYTES, Long.BYTES).address();
      check(Syscall.call(Syscall.IOCTL, out, TIOCGWINSZ, size), "ioctl", "TIOCGWINSZ");
      return new Size(Mem.getShort(size) & 0xffff, Mem.getShort(size + Short.BYTES) & 0xffff);
    }
  }

  /**
   * Whether it is this process's turn to use it: it is not in the background of a shell, where a
   * change of the settings would stop it.
   */
  public boolean isForeground() {
    try (Arena arena = Arena.ofConfined()) {
      long group = arena.allocate(Long.BYTES, Long.BYTES).address();
      long result = Syscall.call(Syscall.IOCTL, out, TIOCGPGRP, group);
      return result >= 0 && Mem.getInt(group) == (int) Syscall.call(Syscall.GETPGRP);
    }
  }

  /**
   * Gives keys as they are typed and shows them nowhere.
   *
   * @return false when that is so already; a shell may have changed it while this process was
   *     stopped
   */
  public synchronized boolean raw() {
    byte[] now = settings(in);
    if (now == null) {
      throw new ErrnoException("ioctl", Errno.ENOTTY, "TCGETS");
    }
    if (before != null && (local(now) & ICANON) == 0) {
      return false;
    }
    before = now.clone();
    clear(now, INPUT_FLAGS, ICRNL | IXON);
    clear(now, LOCAL_FLAGS, ICANON | ECHO | IEXTEN);
    now[CHARACTERS + VQUIT] = 0;
    now[CHARACTERS + VSUSP] = 0;
    now[CHARACTERS + VMIN] = 1;
    now[CHARACTERS + VTIME] = 0;
    set(now);
    return true;
  }

  /** Ends {@link #raw}; nothing where it did not begin. */
  public synchronized void restore() {
    if (before != null) {
      set(before);
      before = null;
    }
  }

  private void set(byte[] settings) {
    try (Arena arena = Arena.ofConfined()) {
      long termios = arena.allocate(TERMIOS_BYTES, Integer.BYTES).address();
      Mem.copy(settings, 0, termios, TERMIOS_BYTES);
      check(Syscall.restarting(Syscall.IOCTL, in, TCSETSW, termios, 0), "ioctl", "TCSETSW");
    }
  }

  /** Null when the descriptor is no terminal's. */
  private static byte[] settings(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long termios = arena.allocate(TERMIOS_BYTES, Integer.BYTES).address();
      if (Syscall.call(Syscall.IOCTL, fd, TCGETS, termios) < 0) {
        return null;
      }
      byte[] settings = new byte[TERMIOS_BYTES];
      Mem.copy(termios, settings, 0, TERMIOS_BYTES);
      return settings;
    }
  }

  private static int local(byte[] settings) {
    return settings[LOCAL_FLAGS] & 0xff; // what is looked at lies in the first byte
  }

  private static void clear(byte[] settings, int offset, int flags) {
    for (int i = 0; i < Integer.BYTES; i++) {
      settings[offset + i] &= (byte) ~(flags >>> (i * Byte.SIZE));
    }
  }

  /**
   * Waits for keys, without taking them.
   *
   * @param timeoutMillis how long; -1 without a limit
   * @return whether {@link #read} would not wait: there are some, or the terminal is gone
   */
  public boolean hasKeys(int timeoutMillis) {
    return Libc.poll(new int[] {in}, new int[] {Libc.POLLIN}, timeoutMillis) > 0;
  }

  /**
   * Waits for keys and takes them.
   *
   * @param timeoutMillis how long; -1 without a limit
   * @return bytes read; 0 after the time; -1 when the terminal is gone
   */
  public int read(byte[] into, int timeoutMillis) {
    if (!hasKeys(timeoutMillis)) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(into.length).address();
      long got = Syscall.restarting(Syscall.READ, in, buffer, into.length, 0);
      if (got <= 0) {
        return -1;
      }
      Mem.copy(buffer, into, 0, (int) got);
      return (int) got;
    }
  }

  /**
   * Writes all.
   *
   * @throws ErrnoException EIO when the terminal is gone
   */
  public void write(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long buffer = arena.allocate(Math.max(1, bytes.length)).address();
      Mem.copy(bytes, 0, buffer, bytes.length);
      long done = 0;
      while (done < bytes.length) {
        long put = Syscall.restarting(Syscall.WRITE, out, buffer + done, bytes.length - done, 0);
        if (put == -Errno.EAGAIN) { // somebody made it non-blocking
          Libc.poll(new int[] {out}, new int[] {Libc.POLLOUT}, -1);
        } else {
          done += check(put, "write", "to the terminal");
        }
      }
    }
  }

  /** Stops this process as Ctrl-Z does; returns when it goes on. */
  public static void stopProcess() {
    // To this very thread, which takes it before it returns: another could take a moment.
    long result =
        Syscall.call(Syscall.TGKILL, Syscall.call(Syscall.GETPID), Libc.gettid(), SIGTSTP);
    check(result, "tgkill", "with SIGTSTP");
  }
}

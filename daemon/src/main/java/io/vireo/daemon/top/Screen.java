package io.vireo.daemon.top;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Terminal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The terminal while the table is on it: its other screen, without a cursor, and with keys that are
 * not shown. Whatever was there is there again afterwards. Any thread.
 */
final class Screen {
  /** What most terminals are for who does not say. */
  private static final Terminal.Size USUAL = new Terminal.Size(24, 80);

  private static final String OTHER_SCREEN = "\033[?1049h";
  private static final String NO_CURSOR = "\033[?25l";
  private static final String NO_WRAP = "\033[?7l";
  private static final String BACK = "\033[0m\033[?7h\033[?25h\033[?1049l";
  private static final String TOP_LEFT = "\033[H";
  private static final String TO_END_OF_LINE = "\033[K";
  private static final String TO_END_OF_SCREEN = "\033[J";
  private static final String PLAIN = "\033[0m";

  private static final Pattern COLOURED =
      Pattern.compile(
          ".*(color|xterm|screen|tmux|rxvt|linux|ansi|kitty|alacritty|foot|konsole|vte|putty).*");

  private final Terminal terminal;
  private final boolean coloured;
  private boolean shown; // guarded by this, as what follows
  private boolean closed;

  /**
   * @param environment tells whether there shall be colours
   */
  Screen(Terminal terminal, Map<String, String> environment) {
    this.terminal = terminal;
    this.coloured = coloured(environment);
  }

  /** Whether a cursor can be moved on it, and this process sees its keys. */
  static boolean canBeOn(Terminal terminal, Map<String, String> environment) {
    String name = environment.getOrDefault("TERM", "");
    return !name.isEmpty() && !name.equals("dumb") && terminal.isTerminal();
  }

  /** By the name of the terminal, unless the user wants none (no-color.org). */
  static boolean coloured(Map<String, String> environment) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return false;
    }
    return environment.containsKey("COLORTERM")
        || COLOURED.matcher(environment.getOrDefault("TERM", "")).matches();
  }

  Terminal.Size size() {
    Terminal.Size size = terminal.size();
    return size.rows() == 0 || size.columns() == 0 ? USUAL : size;
  }

  /**
   * Waits for keys, as {@link Terminal#read} does. In the background of a shell there are none to
   * be had: asking for them would stop this process. After the end there are none, too: they are
   * for whoever the terminal was given back to.
   */
  int read(byte[] into, int timeoutMillis) throws InterruptedException {
    if (!terminal.isForeground()) {
      Thread.sleep(timeoutMillis);
    } else if (!terminal.hasKeys(timeoutMillis)) {
      return 0;
    }
    synchronized (this) { // the end may have come meanwhile
      if (closed) {
        return -1;
      }
      return terminal.isForeground() ? terminal.read(into, 0) : 0;
    }
  }

  /** Shows these lines; nothing in the background of a shell, or after the end. */
  synchronized void draw(List<Line> lines) {
    if (closed || !terminal.isForeground()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (terminal.raw() || !shown) {
      shown = true;
      text.append(OTHER_SCREEN).append(NO_CURSOR).append(NO_WRAP);
    }
    text.append(TOP_LEFT);
    for (int i = 0; i < lines.size(); i++) {
      text.append(i > 0 ? "\r\n" : "");
      append(text, lines.get(i));
    }
    write(text.append(TO_END_OF_SCREEN));
  }

  private void append(StringBuilder text, Line line) {
    String begin = line.style().begin(coloured);
    text.append(begin).append(line.text()).append(begin.isEmpty() ? "" : PLAIN);
    text.append(TO_END_OF_LINE);
  }

  /** Gives the terminal back, until something is drawn again. */
  synchronized void leave() {
    if (shown) {
      shown = false;
      if (terminal.isForeground()) {
        write(new StringBuilder(BACK));
        terminal.restore();
      }
    }
  }

  /** Gives it back for good. */
  synchronized void close() {
    closed = true;
    try {
      leave();
    } catch (ErrnoException e) {
      // It is gone: there is nothing to be restored.
    }
  }

  private void write(StringBuilder text) {
    terminal.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TerminalTest {
  private final Pty pty = new Pty();
  private final Terminal terminal = new Terminal(pty.slave(), pty.slave());
  private final byte[] keys = new byte[16];

  @AfterEach
  void close() {
    pty.close();
  }

  private String typed(int timeoutMillis) {
    int count = terminal.read(keys, timeoutMillis);
    return new String(keys, 0, count, StandardCharsets.ISO_8859_1);
  }

  @Test
  void keys_come_one_by_one_and_are_not_shown_while_it_is_raw() {
    assertThat(terminal.raw()).isTrue();
    pty.type("a");
    assertThat(typed(-1)).isEqualTo("a");
    assertThat(pty.shown()).isEmpty();
    assertThat(terminal.read(keys, 0)).isZero();
  }

  @Test
  void keys_that_are_there_are_told_without_being_taken() {
    terminal.raw();
    assertThat(terminal.hasKeys(0)).isFalse();
    pty.type("a");
    assertThat(terminal.hasKeys(-1)).isTrue();
    assertThat(typed(0)).isEqualTo("a");
    pty.hangUp();
    assertThat(terminal.hasKeys(-1)).isTrue();
  }

  @Test
  void keys_come_line_by_line_and_are_shown_when_it_is_restored() {
    terminal.raw();
    terminal.restore();
    terminal.restore();
    pty.type("c");
    assertThat(terminal.read(keys, 0)).isZero();
    assertThat(pty.shown()).isEqualTo("c");
    pty.type("\n");
    assertThat(typed(-1)).isEqualTo("c\n");
  }

  @Test
  void control_z_and_control_s_and_the_return_key_are_keys() {
    terminal.raw();
    pty.type("\u001a\u0013\r\u001c");
    assertThat(typed(-1)).isEqualTo("\u001a\u0013\r\u001c");
  }

  @Test
  void it_is_made_raw_again_when_somebody_else_has_changed_it() {
    Terminal shell = new Terminal(pty.slave(), pty.slave());
    shell.raw();
    terminal.raw();
    assertThat(terminal.raw()).isFalse();
    shell.restore();
    assertThat(terminal.raw()).isTrue();
    pty.type("a");
    assertThat(typed(-1)).isEqualTo("a");
    terminal.restore(); // to what the shell had made of it
    pty.type("b");
    assertThat(terminal.read(keys, 0)).isZero();
    assertThat(pty.shown()).isEqualTo("b");
  }

  @Test
  void it_has_the_size_that_it_was_given_last() {
    pty.resize(24, 80);
    assertThat(terminal.size()).isEqualTo(new Terminal.Size(24, 80));
    pty.resize(1000, 65535);
    assertThat(terminal.size()).isEqualTo(new Terminal.Size(1000, 65535));
  }

  @Test
  void what_is_written_is_shown() {
    terminal.write("x".repeat(100).getBytes(StandardCharsets.US_ASCII));
    terminal.write(new byte[0]);
    assertThat(pty.shown()).isEqualTo("x".repeat(100));
  }

  @Test
  void a_terminal_that_nobody_gave_this_process_is_not_its_own() {
    assertThat(terminal.isForeground()).isFalse();
  }

  @Test
  void one_that_has_hung_up_has_no_more_keys_and_shows_nothing() {
    terminal.raw();
    pty.hangUp();
    assertThat(terminal.read(keys, -1)).isEqualTo(-1);
    assertThatThrownBy(() -> terminal.write(new byte[1]))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
  }

  @Test
  void a_socket_is_no_terminal() {
    int[] pair = Libc.socketpair(Libc.SOCK_STREAM);
    try {
      Terminal none = new Terminal(pair[0], pty.slave());
      assertThat(terminal.isTerminal()).isTrue();
      assertThat(none.isTerminal()).isFalse();
      assertThat(new Terminal(pty.slave(), pair[0]).isTerminal()).isFalse();
      assertThatThrownBy(none::raw)
          .isInstanceOf(ErrnoException.class)
          .hasMessage("ioctl TCGETS: Inappropriate ioctl for device (ENOTTY)");
    } finally {
      Libc.close(pair[0]);
      Libc.close(pair[1]);
    }
  }
}

package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Pty;
import io.vireo.linux.Terminal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be told of a terminal that is not this process's own. */
class ScreenTest {
  private final Pty pty = new Pty();
  private final Terminal terminal = new Terminal(pty.slave(), pty.slave());

  @AfterEach
  void close() {
    pty.close();
  }

  @ParameterizedTest
  @CsvSource({
    "xterm-256color, , , true",
    "xterm, , , true",
    "tmux, , , true",
    "vt100, , , false",
    "vt100, truecolor, , true",
    "xterm-256color, truecolor, 1, false",
    "xterm, , '', true",
    ", , , false",
  })
  void colours_are_for_terminals_that_have_them_and_users_who_want_them(
      String term, String colorTerm, String noColor, boolean coloured) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TERM", term);
    environment.put("COLORTERM", colorTerm);
    environment.put("NO_COLOR", noColor);
    environment.values().removeIf(Objects::isNull);
    assertThat(Screen.coloured(environment)).isEqualTo(coloured);
  }

  @Test
  void a_table_can_be_on_a_terminal_whose_cursor_can_be_moved() {
    assertThat(Screen.canBeOn(terminal, Map.of("TERM", "xterm"))).isTrue();
    assertThat(Screen.canBeOn(terminal, Map.of("TERM", "dumb"))).isFalse();
    assertThat(Screen.canBeOn(terminal, Map.of())).isFalse();
    assertThat(Screen.canBeOn(new Terminal(-1, -1), Map.of("TERM", "xterm"))).isFalse();
  }

  @Test
  void a_terminal_whose_size_nobody_knows_is_a_usual_one() {
    Screen screen = new Screen(terminal, Map.of());
    pty.resize(0, 0);
    assertThat(screen.size()).isEqualTo(new Terminal.Size(24, 80));
    pty.resize(40, 120);
    assertThat(screen.size()).isEqualTo(new Terminal.Size(40, 120));
  }

  @Test
  void in_the_background_nothing_is_shown_and_nothing_is_read() throws Exception {
    Screen screen = new Screen(terminal, Map.of("TERM", "xterm"));
    screen.draw(List.of(Line.plain("secret")));
    pty.type("q\n");
    assertThat(screen.read(new byte[8], 1)).isZero();
    screen.close();
    assertThat(pty.shown()).doesNotContain("secret", "\033");
  }

  @Test
  void after_the_end_keys_are_for_others() throws Exception {
    Screen screen = new Screen(terminal, Map.of("TERM", "xterm"));
    screen.close();
    pty.type("ls\n");
    byte[] keys = new byte[8];
    assertThat(screen.read(keys, 1)).isEqualTo(-1);
    assertThat(terminal.read(keys, -1)).isEqualTo(3);
  }
}

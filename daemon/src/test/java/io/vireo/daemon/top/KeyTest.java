package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyTest {
  private static final String ESCAPE = "\033";

  /** With so many bytes at once. */
  private static List<String> keys(String typed, int atOnce) {
    Key.Decoder decoder = new Key.Decoder();
    byte[] bytes = typed.getBytes(StandardCharsets.ISO_8859_1);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += atOnce) {
      int count = Math.min(atOnce, bytes.length - i);
      byte[] some = new byte[count];
      System.arraycopy(bytes, i, some, 0, count);
      for (Key key : decoder.keys(some, count)) {
        boolean character = key.name() == Key.Name.CHARACTER;
        names.add(character ? String.valueOf(key.character()) : key.name().toString());
      }
    }
    return names;
  }

  @ParameterizedTest
  @CsvSource({
    "[A, UP",
    "OA, UP",
    "[B, DOWN",
    "[5~, PAGE_UP",
    "[6~, PAGE_DOWN",
    "[H, HOME",
    "[1~, HOME",
    "[7~, HOME",
    "OH, HOME",
    "[F, END",
    "[4~, END",
    "[8~, END",
  })
  void sequences_are_one_key_however_they_are_divided(String sequence, String key) {
    for (int atOnce = 1; atOnce <= 8; atOnce++) {
      assertThat(keys("q" + ESCAPE + sequence + "i", atOnce)).containsExactly("q", key, "i");
    }
  }

  @Test
  void sequences_that_mean_nothing_here_are_nothing() {
    assertThat(keys(ESCAPE + "[15~" + ESCAPE + "[1;5A" + ESCAPE + "OPx", 3)).containsExactly("x");
  }

  @Test
  void the_escape_key_is_nothing_and_swallows_nothing() {
    assertThat(keys(ESCAPE + "q", 1)).containsExactly("q");
    assertThat(keys(ESCAPE + ESCAPE + "[Aq", 1)).containsExactly("UP", "q");
  }

  @Test
  void control_z_stops_and_control_l_draws_anew() {
    assertThat(keys("\u001a\u000c", 2)).containsExactly("STOP", "REDRAW");
  }
}

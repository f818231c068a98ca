package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "disk-0",
        "a b",
        "Gr\u00f6\u00dfe",
        "\u05d3\u05d9\u05e1\u05e7", // written to the left
        "\ud83d\udcbe",
        "\ud83d\udc69\u200d\ud83d\udcbb" // joined to one
      })
  void letters_of_all_languages_and_signs_stay_as_they_are(String text) {
    assertThat(Printable.holds(text)).isTrue();
    assertThat(Printable.escaped(text)).isSameAs(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0x0,    \\u0000",
    "0x9,    \\t",
    "0xa,    \\n",
    "0xd,    \\r",
    "0x1b,   \\u001b", // begins what commands a terminal
    "0x7f,   \\u007f",
    "0x9b,   \\u009b", // the same in one character
    "0x2028, \\u2028",
    "0x2029, \\u2029",
    "0x202a, \\u202a",
    "0x202e, \\u202e", // what follows is shown from its end
    "0x2066, \\u2066",
    "0x2069, \\u2069",
    "0xd800, \\ud800", // half a character
  })
  void what_commands_or_turns_a_line_is_escaped(String codePoint, String escape) {
    String text = "a" + Character.toString(Integer.decode(codePoint)) + "b";
    assertThat(Printable.holds(text)).isFalse();
    assertThat(Printable.escaped(text)).isEqualTo("a" + escape + "b");
  }

  @Test
  void so_much_more_stays_as_is_asked_for() {
    assertThat(Printable.escaped("one\ntwo\t\u001b", c -> c == '\n'))
        .isEqualTo("one\ntwo\\t\\u001b");
  }

  @Test
  void what_is_shortened_is_never_cut_within_a_character() {
    String text = "\ud83d\udcbe".repeat(41);
    assertThat(Printable.shortened(text)).isEqualTo("\ud83d\udcbe".repeat(40) + "...");
    assertThat(Printable.shortened(text.substring(2))).isEqualTo(text.substring(2));
  }
}

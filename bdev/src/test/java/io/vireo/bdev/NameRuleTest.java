package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a bdev may be called. */
class NameRuleTest {
  private static void assertRefused(String name, String sentence) {
    assertThatThrownBy(() -> new HeldBdev(name))
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "lvs0/lvol 0", "Platte äöü", "磁盘", "💾", "%s'\"\\n"})
  void whatever_can_be_printed_is_a_name(String name) {
    assertThat(new HeldBdev(name).name()).isEqualTo(name);
  }

  @Test
  void a_name_has_at_most_255_bytes_in_utf8() {
    String longest = "ä".repeat(127) + "x";
    assertThat(new HeldBdev(longest).name()).isEqualTo(longest);
    assertRefused(
        longest + "x",
        "bdev name '%s...' has 256 bytes in UTF-8, more than 255".formatted("ä".repeat(40)));
    assertRefused(
        "x".repeat(200_000),
        "bdev name '%s...' has 200000 bytes in UTF-8, more than 255".formatted("x".repeat(40)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, \\u0000",
    "9, \\t",
    "10, \\n",
    "13, \\r",
    "27, \\u001b",
    "127, \\u007f",
    "155, \\u009b",
    "8232, \\u2028",
    "8233, \\u2029",
    "55357, \\ud83d"
  })
  void what_cannot_be_printed_is_shown_escaped(int character, String escaped) {
    assertRefused(
        "a" + (char) character + "b",
        "bdev name 'a%sb' has characters that cannot be printed".formatted(escaped));
  }

  @Test
  void a_character_is_not_cut_in_halves() {
    assertThat(Printable.shortened("💾".repeat(40))).isEqualTo("💾".repeat(40));
    assertThat(Printable.shortened("💾".repeat(41))).isEqualTo("💾".repeat(40) + "...");
  }
}

package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words as a shell makes them of a line. */
class ShellWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "a  b\tc;                a|b|c",
        "a 'b c' d;              a|b c|d",
        "--a=\"b c\"'d e'f;      --a=b cd ef",
        "'a\\b\"c';               a\\b\"c",
        "\"a\\\"b\\\\c\\d'e\";      a\"b\\c\\d'e",
        "a\\ b \\'c \\\\;          a b|'c|\\",
        "'' a \"\";               |a|",
      })
  void a_line_is_cut_at_white_space_that_is_not_quoted(String line, String words) {
    assertThat(ShellWords.of(line)).containsExactly(words.split("\\|", -1));
  }

  @Test
  void a_blank_line_has_no_words() {
    assertThat(ShellWords.of("")).isEqualTo(List.of());
    assertThat(ShellWords.of(" \t ")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "a 'b;        the quote at column 3 does not end",
        "\"a' \\\";    the quote at column 1 does not end",
        "\"a\\;       the quote at column 1 does not end",
        "a \\;       nothing follows the backslash at the line's end"
      })
  void what_does_not_end_is_told(String line, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShellWords.of(line))
        .withMessage(sentence);
  }
}

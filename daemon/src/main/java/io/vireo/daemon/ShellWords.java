package io.vireo.daemon;

import java.util.ArrayList;
import java.util.List;

/**
 * A line cut into words as a shell does it: at white space, unless it is quoted. Between single
 * quotes everything stands for itself; between double quotes a backslash quotes another double
 * quote or backslash, outside of quotes any character. Nothing is expanded.
 */
final class ShellWords {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private StringBuilder word; // null between words
  private int next;

  private ShellWords(String line) {
    this.line = line;
  }

  /**
   * The words of a line; none when it is blank.
   *
   * @throws IllegalArgumentException with a sentence when a quote does not end
   */
  static List<String> of(String line) {
    return new ShellWords(line).words();
  }

  private List<String> words() {
    while (next < line.length()) {
      char c = line.charAt(next++);
      if (Character.isWhitespace(c)) {
        endWord();
        continue;
      }
      if (word == null) {
        word = new StringBuilder();
      }
      switch (c) {
        case '\'', '"' -> quoted(c);
        case '\\' -> word.append(escaped());
        default -> word.append(c);
      }
    }
    endWord();
    return words;
  }

  private void endWord() {
    if (word != null) {
      words.add(word.toString());
      word = null;
    }
  }

  private void quoted(char quote) {
    int column = next;
    while (next < line.length()) {
      char c = line.charAt(next++);
      if (c == quote) {
        return;
      }
      boolean escapes = quote == '"' && c == '\\' && next < line.length();
      word.append(escapes && "\"\\".indexOf(line.charAt(next)) >= 0 ? escaped() : c);
    }
    throw new IllegalArgumentException("the quote at column %d does not end".formatted(column));
  }

  private char escaped() {
    if (next == line.length()) {
      throw new IllegalArgumentException("nothing follows the backslash at the line's end");
    }
    return line.charAt(next++);
  }
}

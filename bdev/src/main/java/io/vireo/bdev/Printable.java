package io.vireo.bdev;

import java.util.function.IntPredicate;

/**
 * Text of others that is shown to people: it moves no cursor, begins no line and turns none around.
 * Any thread.
 */
public final class Printable {
  /** Characters of a text that is shortened. */
  private static final int SHOWN = 40;

  private Printable() {}

  /** The text with what is not {@link #holds printable} in it written as Java writes it. */
  public static String escaped(String text) {
    return escaped(text, Printable::isPrintable);
  }

  /** The same, but that so much more stays as it is. */
  public static String escaped(String text, IntPredicate kept) {
    if (holds(text)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (isPrintable(c) || kept.test(c)) {
                escaped.appendCodePoint(c);
              } else {
                escaped.append(escape(c));
              }
            });
    return escaped.toString();
  }

  /** The beginning of the text, escaped. */
  public static String shortened(String text) {
    if (text.codePointCount(0, text.length()) <= SHOWN) {
      return escaped(text);
    }
    return escaped(text.substring(0, text.offsetByCodePoints(0, SHOWN))) + "...";
  }

  /**
   * Whether there are neither control characters, also those for the direction of writing, line
   * separators nor halves of characters.
   */
  public static boolean holds(String text) {
    return text.codePoints().allMatch(Printable::isPrintable);
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      case Character.FORMAT -> !turns(codePoint);
      default -> true;
    };
  }

  /** Whether it changes the direction of what follows, beyond what itself is a part of. */
  private static boolean turns(int codePoint) {
    return (codePoint >= 0x202a && codePoint <= 0x202e) // embeddings, overrides
        || (codePoint >= 0x2066 && codePoint <= 0x2069); // isolates
  }

  private static String escape(int codePoint) {
    return switch (codePoint) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> "\\u%04x".formatted(codePoint);
    };
  }
}

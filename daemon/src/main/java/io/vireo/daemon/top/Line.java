package io.vireo.daemon.top;

/** A line of text, and what it is. */
record Line(String text, Style style) {
  static final Line EMPTY = new Line("", Style.PLAIN);

  /** What a line is; a terminal shows it by attributes, and by colours if it has them. */
  enum Style {
    PLAIN("", ""),
    TITLE("\033[1m", "\033[1m"),
    HEAD("\033[7m", "\033[7m"),
    /** It does nothing. */
    IDLE("", "\033[90m"),
    /** Somebody should look at it. */
    ALERT("\033[1m", "\033[1;31m"),
    KEYS("", "\033[36m");

    private final String attributes;
    private final String colours;

    Style(String attributes, String colours) {
      this.attributes = attributes;
      this.colours = colours;
    }

    /** The escape sequence that begins it; empty when it needs none. */
    String begin(boolean coloured) {
      return coloured ? colours : attributes;
    }
  }

  static Line plain(String text) {
    return new Line(text, Style.PLAIN);
  }

  /** At most so many characters of it. */
  Line cut(int width) {
    return text.length() <= width ? this : new Line(text.substring(0, width), style);
  }
}

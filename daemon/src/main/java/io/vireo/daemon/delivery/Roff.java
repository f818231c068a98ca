package io.vireo.daemon.delivery;

/** A text in the macros of man(7). Whatever is given to it is shown as it is. */
final class Roff {
  private static final int MAX_LINE = 80;

  private final StringBuilder text = new StringBuilder();

  /** The first line: whose page it is. */
  Roff title(String name, int section, String date, String source) {
    return request("TH \"%s\" %d \"%s\" \"%s\" \"Vireo\"".formatted(name, section, date, source));
  }

  Roff section(String heading) {
    return request("SH \"" + heading + '"');
  }

  Roff subsection(String heading) {
    return request("SS \"" + heading + '"');
  }

  /** Begins a paragraph, which the first one of a section need not. */
  Roff paragraph() {
    String lines = text.toString();
    return lines.startsWith(".S", lines.lastIndexOf('\n', lines.length() - 2) + 1)
        ? this
        : request("PP");
  }

  /** What follows explains the term, whose fonts are set already. */
  Roff term(String term) {
    return request("TP").line(term);
  }

  /** A request or macro of roff with its arguments. */
  Roff request(String words) {
    return line("." + words);
  }

  /** A line that was escaped already. */
  private Roff line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /** Words, which are filled up with the next ones; in short lines, as other tools want them. */
  Roff words(String words) {
    return filled(escaped(words));
  }

  /** The same of such that were escaped already. */
  Roff filled(String words) {
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" +", -1)) {
      if (!line.isEmpty() && line.length() + word.length() >= MAX_LINE) {
        line(protectedStart(line.toString()));
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    return line(protectedStart(line.toString()));
  }

  /** Lines that are shown as they are, one below the other. */
  Roff verbatim(Iterable<String> lines) {
    paragraph().request("RS 4").request("nf");
    lines.forEach(line -> line(protectedStart(escaped(line))));
    return request("fi").request("RE");
  }

  static String bold(String words) {
    return "\\fB" + escaped(words) + "\\fR";
  }

  static String italic(String words) {
    return "\\fI" + escaped(words) + "\\fR";
  }

  static String escaped(String words) {
    return words
        .replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }

  /** A line that begins with a dot would be a macro. */
  private static String protectedStart(String line) {
    return line.startsWith(".") ? "\\&" + line : line;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

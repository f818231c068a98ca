package io.vireo.daemon.top;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Columns of some width each, but for the first, which is a name and takes what its names need, to
 * a limit. In a narrow terminal the columns of the highest ranks are left out.
 */
final class Table<R> {
  /** A shorter name is not cut before a column is left out. */
  private static final int NAME_WIDTH = 12;

  /** A longer one is cut in any case: names have up to 255 bytes. */
  private static final int MAX_NAME_WIDTH = 64;

  private static final String GAP = " ";
  private static final char CUT = '+';

  /**
   * @param left whether it is text, which begins at the left
   * @param rank 0 is never left out
   */
  private record Column<R>(
      String head, int width, boolean left, int rank, Function<R, String> text) {
    String cell(String cell) {
      return fit(cell, width, left);
    }
  }

  private final Column<R> name;
  private final List<Column<R>> columns = new ArrayList<>();

  Table(String head, Function<R, String> name) {
    this.name = new Column<>(head, NAME_WIDTH, true, 0, name);
  }

  /** Adds a column of numbers. */
  Table<R> number(String head, int width, int rank, Function<R, String> text) {
    columns.add(new Column<>(head, width, false, rank, text));
    return this;
  }

  /** Adds a column of words. */
  Table<R> word(String head, int width, int rank, Function<R, String> text) {
    columns.add(new Column<>(head, width, true, rank, text));
    return this;
  }

  /** The head and the rows, none longer than {@code width} where the columns of rank 0 fit. */
  Section section(List<R> rows, int width, Function<R, Line.Style> style) {
    int longest = name.head.length();
    for (R row : rows) {
      longest = Math.max(longest, name.text.apply(row).length());
    }
    longest = Math.min(longest, MAX_NAME_WIDTH);
    List<Column<R>> shown = shown(width - Math.min(longest, NAME_WIDTH));
    int nameWidth = Math.min(longest, Math.max(NAME_WIDTH, width - widthOf(shown)));
    List<Line> lines = new ArrayList<>();
    for (R row : rows) {
      StringBuilder line = new StringBuilder(fit(name.text.apply(row), nameWidth, true));
      shown.forEach(column -> line.append(GAP).append(column.cell(column.text.apply(row))));
      lines.add(new Line(line.toString(), style.apply(row)));
    }
    StringBuilder head = new StringBuilder(fit(name.head, nameWidth, true));
    shown.forEach(column -> head.append(GAP).append(column.cell(column.head)));
    return new Section(new Line(head.toString(), Line.Style.HEAD), lines);
  }

  private List<Column<R>> shown(int width) {
    List<Column<R>> shown = new ArrayList<>(columns);
    for (int rank = highest(); rank > 0 && widthOf(shown) > width; rank--) {
      int leftOut = rank;
      shown.removeIf(column -> column.rank == leftOut);
    }
    return shown;
  }

  private int highest() {
    return columns.stream().mapToInt(Column::rank).max().orElse(0);
  }

  private static <R> int widthOf(List<Column<R>> columns) {
    return columns.stream().mapToInt(column -> column.width + GAP.length()).sum();
  }

  private static String fit(String text, int width, boolean left) {
    if (text.length() > width) {
      return text.substring(0, width - 1) + CUT;
    }
    String blank = " ".repeat(width - text.length());
    return left ? text + blank : blank + text;
  }
}

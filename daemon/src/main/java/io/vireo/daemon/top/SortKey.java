package io.vireo.daemon.top;

import io.vireo.daemon.rpc.Words;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the table is sorted by: the most first, but names from A to Z. */
enum SortKey {
  IOPS('i'),
  MIBS('m'),
  LATENCY('l'),
  P99('9'),
  DEPTH('d'),
  NAME('n');

  private final char key;

  SortKey(char key) {
    this.key = key;
  }

  /** The one that a key on the keyboard chooses. */
  static Optional<SortKey> ofKey(char key) {
    return Arrays.stream(values()).filter(sort -> sort.key == key).findFirst();
  }

  /** The one that a word on the command line names. */
  static Optional<SortKey> ofWord(String word) {
    return Arrays.stream(values()).filter(sort -> Words.of(sort).equals(word)).findFirst();
  }

  /** All words, as a sentence lists them. */
  static String words() {
    return Arrays.stream(values()).map(Words::of).collect(Collectors.joining(", "));
  }

  /** What is not known is last in either order; what is equal is in the order of the names. */
  Comparator<Row> order(boolean reversed) {
    Comparator<Row> byName = Comparator.comparing(Row::name);
    if (this == NAME) {
      return reversed ? byName.reversed() : byName;
    }
    Comparator<Row> unknownLast = Comparator.comparing(row -> Double.isNaN(value(row)));
    Comparator<Row> byFigure = Comparator.comparingDouble(this::value);
    return unknownLast
        .thenComparing(reversed ? byFigure : byFigure.reversed())
        .thenComparing(byName);
  }

  private double value(Row row) {
    return switch (this) {
      case IOPS -> row.iops();
      case MIBS -> row.bytesPerSecond();
      case LATENCY -> row.averageNs();
      case P99 -> row.p99Ns();
      case DEPTH -> row.depth();
      case NAME -> Double.NaN;
    };
  }
}

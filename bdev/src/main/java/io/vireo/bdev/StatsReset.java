package io.vireo.bdev;

/** What of the counters begins anew once they have been read. */
public enum StatsReset {
  /** Nothing. */
  NONE(false, false),
  /** The shortest and longest latencies. */
  MAXMIN(true, false),
  /** The errors. */
  ERROR(false, true),
  /** Everything. */
  ALL(true, true);

  private final boolean extremes;
  private final boolean errors;

  StatsReset(boolean extremes, boolean errors) {
    this.extremes = extremes;
    this.errors = errors;
  }

  boolean extremes() {
    return extremes;
  }

  boolean errors() {
    return errors;
  }
}

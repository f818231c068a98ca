package io.vireo.daemon.log;

import ch.qos.logback.classic.Level;
import java.util.Arrays;
import java.util.Locale;

/**
 * How much is logged, by the field's words. What the field calls a notice is an INFO line of ours;
 * its info and debug lines, which only flagged parts write, are our DEBUG and TRACE lines.
 */
public enum LogLevel {
  ERROR(Level.ERROR_INT),
  WARNING(Level.WARN_INT),
  NOTICE(Level.INFO_INT),
  INFO(Level.DEBUG_INT),
  DEBUG(Level.TRACE_INT);

  private final int least;

  LogLevel(int least) {
    this.least = least;
  }

  /** Whether lines of that level are logged. */
  boolean includes(Level level) {
    return level.toInt() >= least;
  }

  /**
   * The level of that name, in whatever case.
   *
   * @throws IllegalArgumentException with one sentence
   */
  public static LogLevel of(String name) {
    for (LogLevel level : values()) {
      if (level.name().equals(name.toUpperCase(Locale.ROOT))) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "there is no log level '%s': there are %s".formatted(name, Arrays.toString(values())));
  }
}

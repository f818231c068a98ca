package io.vireo.daemon.log;

/**
 * Lets the lines of a level and above through; the level can be changed. Any thread.
 *
 * <p>Knows nothing of Logback: a program that embeds a target may log by something else.
 */
public final class LogThreshold {
  /** What goes to stderr. */
  public static final LogThreshold PRINTED = new LogThreshold(LogLevel.INFO);

  /** What goes to the file. */
  public static final LogThreshold WRITTEN = new LogThreshold(LogLevel.NOTICE);

  private volatile LogLevel level;

  private LogThreshold(LogLevel level) {
    this.level = level;
  }

  public LogLevel level() {
    return level;
  }

  public void level(LogLevel other) {
    level = other;
  }
}

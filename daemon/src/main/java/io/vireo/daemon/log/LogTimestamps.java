package io.vireo.daemon.log;

/**
 * Whether lines for people begin with the time: a supervisor's journal has its own. Any thread.
 *
 * <p>Knows nothing of Logback, as {@link LogThreshold}.
 */
public final class LogTimestamps {
  /** Of what goes to stderr. */
  public static final LogTimestamps PRINTED = new LogTimestamps();

  private volatile boolean wanted = true;

  private LogTimestamps() {}

  boolean wanted() {
    return wanted;
  }

  /** From the next line on. */
  public void wanted(boolean next) {
    wanted = next;
  }
}

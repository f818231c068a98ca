package io.vireo.nvme;

/**
 * What owners threw while they were told: all of them are told first. Never on the way of requests
 * that end well.
 */
public final class Thrown {
  private Throwable first; // null: nobody threw

  /** Takes note; what comes after the first goes along with it. */
  public void add(Throwable thrown) {
    if (first == null) {
      first = thrown;
    } else if (!first.equals(thrown)) { // the JVM may throw one object again
      first.addSuppressed(thrown);
    }
  }

  /** Throws what was thrown first, if anything. */
  public void again() {
    if (first instanceof RuntimeException e) {
      throw e;
    } else if (first instanceof Error e) {
      throw e;
    }
  }
}

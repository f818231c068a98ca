package io.vireo.nvme;

/**
 * What owners threw while they were told: all of them are told first. Any thread; makes nothing
 * where nobody threw.
 */
public final class Thrown {
  private Thrown() {}

  /** The first, with which goes along what comes after it. */
  public static Throwable first(Throwable first, Throwable next) {
    if (first == null) {
      return next;
    }
    if (!first.equals(next)) { // the JVM may throw one object again
      first.addSuppressed(next);
    }
    return first;
  }

  /** Throws what was thrown, if anything. */
  public static void again(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    } else if (thrown instanceof Error e) {
      throw e;
    }
  }
}

package io.vireo.reactor;

/** Waits that end when what they wait for has happened, and only then. */
public final class Uninterrupted {
  /** Something that waits, such as {@code thread::join}. */
  public interface Wait {
    void run() throws InterruptedException;
  }

  private Uninterrupted() {}

  /**
   * Runs {@code wait} until it returns; an interrupt that came meanwhile is kept for the caller.
   */
  public static void run(Wait wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          wait.run();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package io.vireo.nvme;

/** Time, and what to do between two looks at a device that takes its time. */
public interface PollClock {
  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Lets a little time pass. */
  void pause();

  /** When so many milliseconds from now are over. */
  default long deadline(long withinMs) {
    return nanoTime() + withinMs * 1_000_000;
  }

  /** Whether a {@link #deadline} has come. */
  default boolean isOver(long deadline) {
    return nanoTime() - deadline >= 0;
  }
}

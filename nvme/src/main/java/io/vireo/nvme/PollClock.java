package io.vireo.nvme;

/** Time, and what to do between two looks at a device that takes its time. */
public interface PollClock {
  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Lets a little time pass. */
  void pause();
}

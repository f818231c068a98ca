package io.vireo.bdev.nvme;

import io.vireo.nvme.PollClock;
import java.util.ArrayList;
import java.util.List;

/**
 * What a drive is to do later, by the clock that it was given; as exact as its thread comes to
 * look. On that thread.
 */
final class Deadlines {
  private record Task(long atNs, Runnable what) {}

  private final PollClock clock;
  private final List<Task> tasks = new ArrayList<>();

  Deadlines(PollClock clock) {
    this.clock = clock;
  }

  /** Has something done once so many milliseconds are over. */
  void later(Runnable what, long delayMs) {
    tasks.add(new Task(clock.deadline(delayMs), what));
  }

  /** Does what is due; what fails keeps nothing else. */
  void runDue() {
    for (Task task : List.copyOf(tasks)) {
      if (clock.isOver(task.atNs)) {
        tasks.remove(task);
        DriveThread.guarded(task.what);
      }
    }
  }
}

package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands before their time: those that take too long, and those that nobody wants any more.
 * What cannot be aborted ends by a reset of the controller. On the drive's thread.
 */
final class Aborts {
  private static final Logger log = LoggerFactory.getLogger(Aborts.class);
  private static final long US_OF_MS = 1_000L;
  private static final long LINE_MS = 1_000;
  private static final long MAX_ABORT_MS = 1_000;
  private static final long MAX_LOOK_MS = 1_000; // of all queues: the thread has more to do

  private final NvmeDrive drive;
  private final NvmeController controller;
  private final Recovery recovery;
  private final DriveQueues queues;
  private final Deadlines deadlines;
  private final PollClock clock;
  private int untold; // late commands that no line of the log counts yet
  private long nextLine;
  private final AtomicLong lateCommands = new AtomicLong();

  Aborts(
      NvmeDrive drive,
      Attachment attachment,
      DriveQueues queues,
      Recovery recovery,
      Deadlines deadlines) {
    this.drive = drive;
    this.controller = attachment.controller();
    this.queues = queues;
    this.recovery = recovery;
    this.deadlines = deadlines;
    this.clock = attachment.clock();
    this.nextLine = clock.nanoTime();
  }

  /** Looks whether requests are in flight for longer than the options allow. */
  void look() {
    long deadline = clock.deadline(MAX_LOOK_MS);
    for (DriveQueue queue : queues.all()) {
      if (queue.late().wereTold() && queues.findLate(queue) && recovery.isUp()) {
        late(queue, queue.late(), deadline);
      }
    }
  }

  private void late(DriveQueue queue, LateCommands found, long deadline) {
    tell(queue, found.freshCount());
    boolean helpless =
        switch (drive.options().onTimeout()) {
          case NONE -> false;
          case ABORT -> found.isOverdue() || !tookAborts(queue, found, deadline);
          case RESET -> found.isOverdue() || found.freshCount() > 0;
        };
    if (helpless) {
      recovery.bringBack();
    }
  }

  /** How many there were; any thread. */
  long lateCommands() {
    return lateCommands.get();
  }

  /** One line a second at most, for those too that came since the last. */
  private void tell(DriveQueue queue, int fresh) {
    untold += fresh;
    lateCommands.addAndGet(fresh);
    if (untold > 0 && clock.isOver(nextLine)) {
      log.warn(
          "{}: {} commands did not end within {} us, the last of queue {}",
          drive.name(),
          untold,
          drive.options().timeoutUs(),
          queue.id());
      untold = 0;
      nextLine = clock.deadline(LINE_MS);
    }
  }

  /**
   * A reset of a disk wants commands to end: each is aborted, and what then is still there after a
   * while ends by a reset of the controller, over which others wait.
   */
  void cancel(DriveQueue queue, int since, int[] commandIds, int number) {
    long deadline = clock.deadline(abortMs());
    for (int i = 0; i < commandIds.length && !isOver(since); i++) {
      try {
        controller.admin().abort(queue.id(), commandIds[i], abortMs());
      } catch (NvmeException e) {
        log.warn("{}: {}", drive.name(), e.getMessage());
        recovery.bringBack();
      }
      if (clock.isOver(deadline)) {
        break;
      }
    }
    deadlines.later(() -> endCancelled(queue, number), abortMs());
  }

  /** Whether the controller has lost all commands since then, or is about to. */
  private boolean isOver(int since) {
    return !recovery.isUp() || recovery.beginnings() != since;
  }

  private void endCancelled(DriveQueue queue, int number) {
    if (recovery.isUp() && queues.hasCancelled(queue, number)) {
      log.warn("{}: commands of queue {} cannot be aborted", drive.name(), queue.id());
      recovery.bringBack();
    }
  }

  /** How long an abort may take, and what it aborts then: no longer than any command. */
  private long abortMs() {
    long timeoutMs = Math.ceilDiv(drive.options().timeoutUs(), US_OF_MS);
    return timeoutMs == 0 ? MAX_ABORT_MS : Math.min(timeoutMs, MAX_ABORT_MS);
  }

  /**
   * Whether the controller answered in time: that it aborted nothing says that the command had
   * ended.
   */
  private boolean tookAborts(DriveQueue queue, LateCommands found, long deadline) {
    try {
      for (int i = 0; i < found.freshCount(); i++) {
        if (clock.isOver(deadline)) {
          log.warn("{}: aborts did not end within {} ms", drive.name(), MAX_LOOK_MS);
          return false;
        }
        controller.admin().abort(queue.id(), found.fresh(i), abortMs());
      }
      return true;
    } catch (NvmeException e) {
      log.warn("{}: {}", drive.name(), e.getMessage());
      return false;
    }
  }
}

package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands before their time: those that take too long, and those that nobody wants any more.
 * What cannot be aborted ends by a reset of the controller. On the drive's thread.
 */
final class Aborts {
  private static final Logger log = LoggerFactory.getLogger(Aborts.class);
  private static final long NS_OF_MS = 1_000_000L;
  private static final long NS_OF_US = 1_000L;
  private static final long MAX_ABORT_MS = 1_000;

  private final NvmeDrive drive;
  private final NvmeController controller;
  private final Recovery recovery;
  private final DriveQueues queues;
  private final Deadlines deadlines;
  private final PollClock clock;

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
  }

  /** A request is in flight for longer than the options allow, or than twice that. */
  void late(DriveQueue queue, int since, int commandId, long ageNs) {
    if (isOver(since)) {
      return;
    }
    NvmeOptions options = drive.options();
    log.warn(
        "{}: a command of queue {} is in flight for {} ms",
        drive.name(),
        queue.id(),
        ageNs / NS_OF_MS);
    boolean first = ageNs < 2 * options.timeoutUs() * NS_OF_US;
    switch (options.onTimeout()) {
      case NONE -> {}
      case ABORT -> {
        if (!first || !tookAbort(queue, commandId)) {
          recovery.bringBack();
        }
      }
      case RESET -> recovery.bringBack();
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
    long timeoutMs = Math.ceilDiv(drive.options().timeoutUs(), NS_OF_MS / NS_OF_US);
    return timeoutMs == 0 ? MAX_ABORT_MS : Math.min(timeoutMs, MAX_ABORT_MS);
  }

  /** Whether the controller answered: that it aborted nothing says that the command had ended. */
  private boolean tookAbort(DriveQueue queue, int commandId) {
    try {
      controller.admin().abort(queue.id(), commandId, abortMs());
      return true;
    } catch (NvmeException e) {
      log.warn("{}: {}", drive.name(), e.getMessage());
      return false;
    }
  }
}

package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.PollClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a controller's DMA: by its own registers, by a reset of its function, or by giving the
 * function back. On the drive's thread.
 */
final class ControllerStop {
  private static final Logger log = LoggerFactory.getLogger(ControllerStop.class);

  private static final int MAX_LOOKS = 2_000; // of a pause each

  private final String name;
  private final DriveFunction function;
  private final NvmeController controller;
  private final DriveQueues queues;
  private final PollClock clock;

  ControllerStop(Attachment attachment, DriveQueues queues) {
    this.name = attachment.origin().name();
    this.function = attachment.function();
    this.controller = attachment.controller();
    this.queues = queues;
    this.clock = attachment.clock();
  }

  /**
   * Of a controller that is well: what it has ends first, if it does so soon, and so nothing is
   * sent to it twice. What comes waits.
   */
  void quiesce() {
    queues.each(DriveQueue::hold);
    for (int i = 0; i < MAX_LOOKS && queues.haveCommands(); i++) {
      clock.pause();
    }
  }

  /** Afterwards the controller does no DMA; it can be enabled anew. */
  void run() {
    queues.each(DriveQueue::hold);
    try {
      controller.disable();
    } catch (NvmeException e) {
      log.warn("{} is stopped from outside: {}", name, e.getMessage());
      fromOutside();
    }
  }

  /** The same without asking the controller. */
  void fromOutside() {
    queues.each(DriveQueue::hold);
    function.stop();
    controller.abandon();
  }

  /** One of these; where it fails the function is given back, and with it the way to our memory. */
  void forGood(Runnable how) {
    try {
      how.run();
    } catch (RuntimeException e) {
      log.error("{} cannot be stopped; its function is let go: {}", name, sentence(e));
      try {
        queues.each(DriveQueue::end); // no doorbell is rung any more
      } finally {
        giveBack();
      }
    }
  }

  private void giveBack() {
    try {
      function.close();
    } finally { // what fails in it leaves no way to memory
      controller.abandon();
    }
  }

  /** Why that happened. */
  static String sentence(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}

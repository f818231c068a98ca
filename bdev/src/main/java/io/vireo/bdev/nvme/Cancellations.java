package io.vireo.bdev.nvme;

import io.vireo.nvme.IoQueuePair;

/** Reactor thread only. Resets of disks want their requests of a {@link DriveQueue} to end soon. */
final class Cancellations {
  private final DriveQueue queue;
  private final NvmeDrive drive;
  private final DriveIos requests;
  private final Retries retries;
  private final IoQueuePair pair;
  private int last;

  Cancellations(
      DriveQueue queue, NvmeDrive drive, DriveIos requests, Retries retries, IoQueuePair pair) {
    this.queue = queue;
    this.drive = drive;
    this.requests = requests;
    this.retries = retries;
    this.pair = pair;
  }

  /** Of the requests of a channel. */
  void begin(NvmeChannel channel) {
    int number = ++last;
    requests.cancel(channel, number);
    queue.reactor().post(() -> end(number)); // not here: it tells owners
  }

  /** Ends those that the controller does not have, and has the others aborted. */
  private void end(int number) {
    try {
      retries.endCancelled();
    } finally {
      int[] commands = pair.endUnwanted();
      if (commands.length > 0) {
        drive.cancel(queue, commands, number);
      }
    }
  }
}

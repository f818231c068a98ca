package io.vireo.nvme.transport;

/**
 * How large a queue shall be.
 *
 * @param entries entries of submission and completion queue each, at least 2
 * @param requests how many requests may be in flight, at most {@code entries - 1}
 * @param maxTransferBytes the most data of a request
 * @param sglAlignmentBytes what addresses and lengths in an SGL must be multiples of; 0: no SGLs
 * @param priority 0 urgent to 3 low, where the controller arbitrates by weights
 * @param interruptVector which MSI-X vector tells of completions; {@link #NO_INTERRUPTS}
 */
public record QueueOptions(
    int entries,
    int requests,
    int maxTransferBytes,
    int sglAlignmentBytes,
    int priority,
    int interruptVector) {
  /** Command ids are 16 bits; this leaves four of them to tell a request from its predecessors. */
  public static final int MAX_REQUESTS = 4096;

  /** The queue is only polled. */
  public static final int NO_INTERRUPTS = -1;

  public QueueOptions {
    if (entries < 2 || entries > 65536) {
      throw new IllegalArgumentException(
          "queue of %d entries is not between 2 and 65536".formatted(entries));
    }
    int most = Math.min(entries - 1, MAX_REQUESTS);
    if (requests < 1 || requests > most) {
      throw new IllegalArgumentException(
          "%d requests in flight are not between 1 and %d".formatted(requests, most));
    }
    if (maxTransferBytes < 512) {
      throw new IllegalArgumentException(
          "transfers of %d bytes are less than a block of 512".formatted(maxTransferBytes));
    }
    if (interruptVector < NO_INTERRUPTS || interruptVector > 2047) {
      throw new IllegalArgumentException(
          "interrupt vector %d is not between 0 and 2047".formatted(interruptVector));
    }
    if (priority < 0 || priority > 3) {
      throw new IllegalArgumentException("priority %d is not between 0 and 3".formatted(priority));
    }
  }

  /** A queue without interrupts, of the highest priority. */
  public static QueueOptions polled(
      int entries, int requests, int maxTransferBytes, int sglAlignmentBytes) {
    return new QueueOptions(
        entries, requests, maxTransferBytes, sglAlignmentBytes, 0, NO_INTERRUPTS);
  }
}

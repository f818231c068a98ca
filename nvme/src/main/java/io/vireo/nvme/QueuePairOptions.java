package io.vireo.nvme;

import io.vireo.nvme.transport.QueueOptions;

/**
 * How an I/O queue pair shall be.
 *
 * @param entries at most CAP.MQES + 1
 * @param requests in flight, less than {@code entries}
 * @param priority 0 urgent, 1 high, 2 medium, 3 low; means something with {@link
 *     ControllerOptions#arbitration}
 * @param interruptVector the MSI-X vector that is signalled when requests have ended, for whoever
 *     sleeps meanwhile; {@link QueueOptions#NO_INTERRUPTS}. Its eventfd is the caller's: a signal
 *     says that there was something to be polled, maybe taken long ago. Who goes to sleep first
 *     sees to it that the next signal wakes, empties the eventfd or waits for its edges, and polls
 *     once more then.
 * @param buffers for data that the controller cannot take where they lie
 */
public record QueuePairOptions(
    int entries, int requests, int priority, int interruptVector, BounceBuffers buffers) {
  /** No interrupts, no priority. */
  public static QueuePairOptions of(int entries, int requests, BounceBuffers buffers) {
    return new QueuePairOptions(entries, requests, 0, QueueOptions.NO_INTERRUPTS, buffers);
  }

  public QueuePairOptions withPriority(int value) {
    return new QueuePairOptions(entries, requests, value, interruptVector, buffers);
  }

  public QueuePairOptions withInterrupts(int vector) {
    return new QueuePairOptions(entries, requests, priority, vector, buffers);
  }
}

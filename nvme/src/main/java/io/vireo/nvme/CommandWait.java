package io.vireo.nvme;

import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.TransportQueue;

/**
 * Waiting for the ends of commands: not beyond the deadline, and not for a controller that is gone
 * or met a fatal error. One control thread.
 */
final class CommandWait {
  private static final int BUDGET = 32;

  private final NvmeTransport transport;
  private final TransportQueue queue;
  private final PollClock clock;

  CommandWait(NvmeTransport transport, TransportQueue queue, PollClock clock) {
    this.transport = transport;
    this.queue = queue;
    this.clock = clock;
  }

  /** What sort of command a request is, for messages. */
  String name(NvmeRequest request) {
    return "%s command %02xh".formatted(queue.id() == 0 ? "admin" : "I/O", request.opcode());
  }

  /** Takes what ended, without waiting. */
  void look() {
    queue.poll(BUDGET);
  }

  /**
   * Waits for the end of a request.
   *
   * @param withinMs what the deadline was made of
   */
  void forEnd(NvmeRequest request, long deadline, long withinMs) {
    while (true) {
      look();
      if (!request.inFlight()) {
        return;
      }
      nap(request, deadline, withinMs);
    }
  }

  /** Waits for the end of a request that nobody has, which comes after that time. */
  void untilEnd(NvmeRequest request, long delayNs, long deadline, long withinMs) {
    long end = clock.nanoTime() + delayNs;
    while (!clock.isOver(end)) {
      nap(request, deadline, withinMs);
    }
  }

  /** What is said of a command that did not end in its time. */
  static String late(long withinMs) {
    return "did not end within %d ms".formatted(withinMs);
  }

  private void nap(NvmeRequest request, long deadline, long withinMs) {
    String trouble = trouble();
    if (trouble == null && clock.isOver(deadline)) {
      trouble = late(withinMs);
    }
    if (trouble != null) {
      throw failure(request, trouble);
    }
    clock.pause();
  }

  NvmeException failure(NvmeRequest request, String trouble) {
    return new NvmeException(name(request) + " " + trouble);
  }

  /** Waits so long; false when there is not as much time, or no use in it. */
  boolean forRetry(long delayMs, long deadline) {
    long again = clock.deadline(delayMs);
    while (!clock.isOver(again)) {
      if (clock.isOver(deadline) || trouble() != null) {
        return false;
      }
      clock.pause();
    }
    return true;
  }

  /** Why waiting is of no use; null when it is. */
  String trouble() {
    int csts = transport.status();
    if (Csts.isGone(csts)) {
      return "lost its controller: registers cannot be read";
    }
    return Csts.isFatal(csts) ? "met a fatal error of the controller (CSTS.CFS)" : null;
  }
}

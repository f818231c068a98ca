package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands of one queue that are sent and waited for, with their data. One control thread.
 *
 * <p>A command that outlives its deadline stays in flight, its memory with it, until the queue is
 * closed: the controller may still write there.
 */
final class CommandExchange implements AutoCloseable {
  private static final RequestCompletion UNOBSERVED = (request, status) -> {};

  private final TransportQueue queue;
  private final DmaMemory memory;
  private final PollClock clock;
  private final CommandErrors errors;
  private final CommandWait wait;
  private final List<Long> strays = new ArrayList<>();

  CommandExchange(
      NvmeTransport transport,
      TransportQueue queue,
      DmaMemory memory,
      PollClock clock,
      CommandErrors errors) {
    this.queue = queue;
    this.memory = memory;
    this.clock = clock;
    this.errors = errors;
    this.wait = new CommandWait(transport, queue, clock);
  }

  /** How a request is sent, and what becomes of its data. */
  interface Exchange<T> {
    T with(NvmeRequest request, long hva);
  }

  /** Makes a command's request, with memory for its data. */
  <T> T with(AdminCommand command, int bytes, Exchange<T> exchange) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 1);
    command.putInto(request);
    if (bytes == 0) {
      return exchange.with(request, 0);
    }
    long buffer = memory.allocate(bytes, Identify.BYTES);
    request.addData(buffer, bytes);
    try {
      return exchange.with(request, buffer);
    } finally {
      if (request.inFlight()) {
        strays.add(buffer); // the controller may still write there
      } else {
        memory.free(buffer);
      }
    }
  }

  /**
   * Sends a request and waits for its end; answers its status, or that of the error that it meets.
   *
   * @param withinMs what the deadline was made of
   */
  int run(NvmeRequest request, long deadline, long withinMs) {
    CommandErrors.InjectedError error = errors.next(request.opcode());
    if (error != null && !error.submitted()) {
      wait.untilEnd(request, error.delayNs(), deadline, withinMs);
      return error.status();
    }
    send(request);
    wait.forEnd(request, deadline, withinMs);
    return error == null ? request.status() : error.status();
  }

  private void send(NvmeRequest request) {
    int taken = queue.submit(request);
    if (taken != TransportQueue.SUBMITTED) {
      throw new NvmeException("%s was not taken: %s".formatted(wait.name(request), refusal(taken)));
    }
    queue.ring();
  }

  private String refusal(int taken) {
    return switch (taken) {
      case TransportQueue.FULL -> "%d others did not end yet".formatted(queue.inFlight());
      case TransportQueue.TOO_LONG -> "its data are too long";
      default -> "the controller cannot reach its data (%d)".formatted(taken);
    };
  }

  /** Sends a command as it is and tells how it ended, whatever the status. */
  AdminResult passThrough(AdminCommand command, byte[] data, long withinMs) {
    return with(
        command,
        data.length,
        (request, hva) -> {
          if (command.sendsData()) {
            Mem.copy(data, 0, hva, data.length);
          }
          int status = run(request, clock.deadline(withinMs), withinMs);
          byte[] answer = new byte[command.receivesData() ? data.length : 0];
          Mem.copy(hva, answer, 0, answer.length);
          return new AdminResult(status, request.result(), answer);
        });
  }

  /** Takes what ended, without waiting. */
  void look() {
    wait.look();
  }

  /** Waits so long; false when there is not as much time, or no use in it. */
  boolean pause(long delayMs, long deadline) {
    return wait.forRetry(delayMs, deadline);
  }

  /** Gives the memory of strays back; the controller does not know the queue any more. */
  @Override
  public void close() {
    strays.forEach(memory::free);
    strays.clear();
  }
}

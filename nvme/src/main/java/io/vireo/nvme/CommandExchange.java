package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.CommandErrors.InjectedError;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands of one queue that are sent, and waited for here or elsewhere, with their data. One
 * control thread.
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
  private final Aborter aborter;
  private final CommandWait wait;
  private final List<Long> strays = new ArrayList<>();

  /** Asks for the end of a command, without waiting for the answer. */
  interface Aborter {
    void abort(int qid, int commandId);
  }

  CommandExchange(
      NvmeTransport transport,
      TransportQueue queue,
      DmaMemory memory,
      PollClock clock,
      CommandErrors errors,
      Aborter aborter) {
    this.queue = queue;
    this.memory = memory;
    this.clock = clock;
    this.errors = errors;
    this.aborter = aborter;
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
    InjectedError error = errors.next(request.opcode());
    if (error != null && !error.submitted()) {
      wait.untilEnd(request, error.delayNs(), deadline, withinMs);
      return error.status();
    }
    send(request);
    wait.forEnd(request, deadline, withinMs);
    return error == null ? request.status() : error.status();
  }

  /** Sends a request, or says why not. */
  void send(NvmeRequest request) {
    int taken = queue.submit(request);
    if (taken != TransportQueue.SUBMITTED) {
      throw new NvmeException("%s was not taken: %s".formatted(wait.name(request), refusal(taken)));
    }
    try {
      queue.ring();
      boolean _ =
          Thread.holdsLock(this); // the error of a BAR that is gone comes here at the latest
    } catch (InternalError e) {
      return; // nobody hears it; who waits learns that from a register
    }
  }

  private String refusal(int taken) {
    return switch (taken) {
      case TransportQueue.FULL -> "%d others did not end yet".formatted(queue.inFlight());
      case TransportQueue.TOO_LONG -> "its data are too long";
      default -> "the controller cannot reach its data (%d)".formatted(taken);
    };
  }

  /**
   * Sends a command whose data are {@code out}, or come in their place, and does not wait.
   *
   * @param out as many bytes as its data have, zeroes where they come from the controller
   */
  <T> SentCommand<T> send(
      AdminCommand command, byte[] out, long withinMs, SentCommand.Ending<T> ending) {
    int bytes = out.length;
    long hva = bytes == 0 ? 0 : memory.allocate(bytes, Identify.BYTES);
    Mem.copy(out, 0, hva, bytes);
    try {
      return new SentCommand<>(this, clock, command, hva, bytes, withinMs, ending);
    } catch (RuntimeException e) {
      free(hva);
      throw e;
    }
  }

  /** Sends a command as it is, whatever its status will be. */
  SentCommand<AdminResult> passThrough(AdminCommand command, byte[] data, long withinMs) {
    return send(
        command,
        data,
        withinMs,
        (request, status, hva) -> {
          byte[] answer = new byte[command.receivesData() ? data.length : 0];
          Mem.copy(hva, answer, 0, answer.length);
          return new AdminResult(status, request.result(), answer);
        });
  }

  InjectedError nextError(int opcode) {
    return errors.next(opcode);
  }

  void free(long hva) {
    if (hva != 0) {
      memory.free(hva);
    }
  }

  void abort(NvmeRequest request) {
    aborter.abort(queue.id(), request.commandId());
  }

  NvmeException failure(NvmeRequest request, String trouble) {
    return wait.failure(request, trouble);
  }

  /** Why waiting is of no use; null when it is. */
  String trouble() {
    return wait.trouble();
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

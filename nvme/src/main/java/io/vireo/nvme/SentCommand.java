package io.vireo.nvme;

import io.vireo.nvme.CommandErrors.InjectedError;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;

/**
 * A command that was sent, for whoever does something else until it has ended. Control thread.
 *
 * <p>When its time is up it is aborted (Base 5.1). One that does not end then either is given up:
 * it keeps its memory, where the controller may still write, until it ends after all or its queue
 * is closed.
 *
 * @param <T> what becomes of it
 */
public final class SentCommand<T> {
  /** Makes of a command that has ended what its sender wants. */
  interface Ending<T> {
    /**
     * The command's outcome.
     *
     * @param hva where its data are
     * @throws NvmeException if it is a failure
     */
    T of(NvmeRequest request, int status, long hva);
  }

  private static final long ABORT_MS = 1_000;

  private final CommandExchange commands;
  private final PollClock clock;
  private final NvmeRequest request = new NvmeRequest(this::completed, 1);
  private final long withinMs;
  private final InjectedError error; // null: none
  private final long beganNs;
  private final long hva;
  private final Ending<T> ending;
  private Runnable afterwards = () -> {};
  private long deadline;
  private boolean aborted;
  private boolean over;
  private T result;
  private NvmeException failure; // null: none

  /**
   * @param hva where its data are, which are given back to {@code commands} when it has ended
   */
  SentCommand(
      CommandExchange commands,
      PollClock clock,
      AdminCommand command,
      long hva,
      int bytes,
      long withinMs,
      Ending<T> ending) {
    this.commands = commands;
    this.clock = clock;
    this.hva = hva;
    this.withinMs = withinMs;
    this.ending = ending;
    this.error = commands.nextError(command.opcode());
    this.beganNs = clock.nanoTime();
    this.deadline = clock.deadline(withinMs);
    command.putInto(request);
    request.addData(hva, bytes);
    if (isSubmitted()) {
      commands.send(request);
    }
  }

  /** Does something more when it is over. */
  SentCommand<T> afterwards(Runnable what) {
    afterwards = what;
    return this;
  }

  private boolean isSubmitted() {
    return error == null || error.submitted();
  }

  private void completed(NvmeRequest ended, int status) {
    if (!over) {
      end(status);
    }
    commands.free(hva);
  }

  private void end(int status) {
    over = true;
    if (aborted && NvmeStatus.typeAndCode(status) == NvmeStatus.ABORT_REQUESTED) {
      failure = commands.failure(request, CommandWait.late(withinMs));
      return;
    }
    try {
      result = ending.of(request, error == null ? status : error.status(), hva);
    } catch (NvmeException e) {
      failure = e;
    }
  }

  /** Looks after it; whether it has ended, or was given up. */
  public boolean isOver() {
    if (!over) {
      look();
    }
    if (over) {
      Runnable last = afterwards;
      afterwards = () -> {};
      last.run();
    }
    return over;
  }

  private void look() {
    if (isSubmitted()) {
      commands.look();
    }
    if (over) {
      return;
    }
    if (!isSubmitted() && clock.nanoTime() - beganNs >= error.delayNs()) {
      completed(request, NvmeStatus.SUCCESS);
      return;
    }
    String trouble = commands.trouble();
    if (trouble == null && clock.isOver(deadline)) {
      trouble = aborted || !isSubmitted() ? CommandWait.late(withinMs) : null;
      abort();
    }
    if (trouble != null) {
      over = true;
      failure = commands.failure(request, trouble);
      if (!request.inFlight()) {
        commands.free(hva);
      }
    }
  }

  private void abort() {
    if (!aborted && isSubmitted()) {
      aborted = true;
      deadline = clock.deadline(ABORT_MS);
      commands.abort(request);
    }
  }

  /** Whether the controller has it, also when it was given up. */
  boolean inFlight() {
    return request.inFlight();
  }

  /**
   * What became of it, once it is over.
   *
   * @throws NvmeException if it failed, or was given up
   */
  public T result() {
    if (failure != null) {
      throw failure;
    }
    return result;
  }

  /** Waits until it is over. */
  public T await() {
    while (!isOver()) {
      clock.pause();
    }
    return result();
  }
}

package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.AdminChannel;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Admin commands (Base 5), each sent and waited for. One control thread.
 *
 * <p>A command that outlives its deadline stays in flight, its memory with it, until the queue is
 * closed: the controller may still write there. One that the controller says to ask again later is
 * sent again until its deadline, but for those that are passed through.
 */
public final class AdminQueue implements AdminChannel, AutoCloseable {
  private static final RequestCompletion UNOBSERVED = (request, status) -> {};
  private static final long LEAST_RETRY_DELAY_MS = 100;
  private static final int CSI_SHIFT = 24;

  private final TransportQueue queue;
  private final PollClock clock;
  private final long timeoutMs;
  private final CommandExchange commands;
  private final AsyncEvents events;
  private final List<NvmeRequest> aborts = new ArrayList<>(); // in flight, and some that ended
  private final List<SentCommand<?>> sent = new ArrayList<>(); // the same
  private IdentifyController identify; // null: not known yet

  AdminQueue(
      NvmeTransport transport,
      TransportQueue queue,
      DmaMemory memory,
      PollClock clock,
      ControllerOptions options,
      Consumer<AsyncEvent> events) {
    this.queue = queue;
    this.clock = clock;
    this.timeoutMs = options.adminTimeoutMs();
    this.commands =
        new CommandExchange(
            transport, queue, memory, clock, options.adminErrors(), this::askForEnd);
    this.events = new AsyncEvents(queue, events);
  }

  /** From now on the controller's limits are known. */
  void identified(IdentifyController data) {
    identify = data;
  }

  @Override
  public int execute(NvmeRequest request) {
    return execute(request, timeoutMs);
  }

  private int execute(NvmeRequest request, long withinMs) {
    long deadline = clock.deadline(withinMs);
    int status;
    do {
      status = commands.run(request, deadline, withinMs);
    } while (NvmeStatus.isPassing(status) && mayRetry(status, deadline));
    requireSuccess(request, status);
    return request.result();
  }

  private static void requireSuccess(NvmeRequest request, int status) {
    if (NvmeStatus.isError(status)) {
      throw new NvmeException(
          "admin command %02xh failed: %s".formatted(request.opcode(), NvmeStatus.text(status)),
          status);
    }
  }

  /** Waits as long as the controller wants; false when that is longer than there is time. */
  private boolean mayRetry(int status, long deadline) {
    int told = identify == null ? 0 : identify.retryDelayMs(status);
    return commands.pause(Math.max(LEAST_RETRY_DELAY_MS, told), deadline);
  }

  private long within(AdminCommand command) {
    return Math.max(timeoutMs, command.timeoutMs());
  }

  /** Sends a command without data; answers dword 0. */
  public int run(AdminCommand command) {
    return commands.with(command, 0, (request, hva) -> execute(request, within(command)));
  }

  /**
   * Sends a command whose answer is {@code bytes} of data and decodes them.
   *
   * @param decode gets the data's address, which it may use until it returns
   */
  public <T> T read(AdminCommand command, int bytes, LongFunction<T> decode) {
    return commands.with(
        command,
        bytes,
        (request, hva) -> {
          execute(request, within(command));
          return decode.apply(hva);
        });
  }

  /** Sends a command whose answer is {@code bytes} of data. */
  public byte[] read(AdminCommand command, int bytes) {
    return read(
        command,
        bytes,
        hva -> {
          byte[] data = new byte[bytes];
          Mem.copy(hva, data, 0, bytes);
          return data;
        });
  }

  /** Sends a command with data; answers dword 0. */
  public int write(AdminCommand command, byte[] data) {
    return commands.with(
        command,
        data.length,
        (request, hva) -> {
          Mem.copy(data, 0, hva, data.length);
          return execute(request, within(command));
        });
  }

  /**
   * Sends a command as it is; it ends with its status, whatever that is. Which way the data go is
   * in its opcode. The time that it says it may take is all that it gets, also when that is less
   * than what others have.
   *
   * @param data to the controller; as many come from it where they go the other way
   * @throws NvmeException also if others that were sent so fill a part of the queue
   */
  public SentCommand<AdminResult> send(AdminCommand command, byte[] data) {
    long told = command.timeoutMs();
    requireRoom();
    return keep(commands.passThrough(command, data, told > 0 ? told : timeoutMs));
  }

  /** The same, waited for. */
  public AdminResult passThrough(AdminCommand command, byte[] data) {
    return send(command, data).await();
  }

  /** As {@link #read}, but does not wait, and is sent once only. */
  <T> SentCommand<T> ask(AdminCommand command, int bytes, LongFunction<T> decode) {
    requireRoom();
    return keep(
        commands.send(
            command,
            new byte[bytes],
            within(command),
            (request, status, hva) -> {
              requireSuccess(request, status);
              return decode.apply(hva);
            }));
  }

  private <T> SentCommand<T> keep(SentCommand<T> one) {
    sent.add(one);
    return one;
  }

  /** What is sent for others never takes all of the queue, whether it ends or not. */
  private void requireRoom() {
    int most = Math.max(1, capacity() / 4);
    sent.removeIf(one -> !one.inFlight());
    if (sent.size() >= most) {
      throw new NvmeException("%d commands that were sent did not end yet".formatted(sent.size()));
    }
  }

  /** Identify (Base 5.17); {@code cns} is one of {@link Identify}. */
  public <T> T identify(int cns, int nsid, LongFunction<T> decode) {
    return identify(cns, nsid, 0, Identify.CSI_NVM, decode);
  }

  /**
   * Identify (Base 5.17) with the fields that few need.
   *
   * @param controllerId where a list of controllers begins
   * @param commandSet whose data it is about
   */
  public <T> T identify(
      int cns, int nsid, int controllerId, int commandSet, LongFunction<T> decode) {
    AdminCommand command =
        AdminCommand.of(AdminOpcode.IDENTIFY)
            .nsid(nsid)
            .dword(10, controllerId << 16 | cns)
            .dword(11, commandSet << CSI_SHIFT);
    return read(command, Identify.BYTES, decode);
  }

  /** Keep alive (Base 5.18). */
  public void keepAlive() {
    run(AdminCommand.of(AdminOpcode.KEEP_ALIVE));
  }

  /**
   * Abort (Base 5.1) within the time that admin commands have.
   *
   * @see #abort(int, int, long)
   */
  public boolean abort(int qid, int commandId) {
    return abort(qid, commandId, timeoutMs);
  }

  /**
   * Abort (Base 5.1): asks for the end of a command of queue {@code qid}, which ends in any case
   * with a status of its own.
   *
   * @param withinMs how long the abort itself may take
   * @return whether the controller says that it was aborted
   * @throws NvmeException if as many aborts as the controller takes did not end
   */
  public boolean abort(int qid, int commandId, long withinMs) {
    if (!mayAbort()) {
      throw new NvmeException(
          "%d aborts did not end yet, and the controller takes no more at once"
              .formatted(aborts.size()));
    }
    return (execute(newAbort(qid, commandId), withinMs) & 1) == 0;
  }

  private boolean mayAbort() {
    aborts.removeIf(abort -> !abort.inFlight());
    return aborts.size() < (identify == null ? 1 : identify.abortLimit());
  }

  private NvmeRequest newAbort(int qid, int commandId) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 0);
    AdminCommand.of(AdminOpcode.ABORT).dword(10, commandId << 16 | qid).putInto(request);
    aborts.add(request);
    return request;
  }

  /** An abort that nobody waits for, where the controller takes one more. */
  void askForEnd(int qid, int commandId) {
    if (mayAbort() && queue.submit(newAbort(qid, commandId)) == TransportQueue.SUBMITTED) {
      queue.ring();
    }
  }

  /** The requests for events that wait at the controller. */
  AsyncEvents events() {
    return events;
  }

  /** Takes what came without being waited for: events. */
  void poll() {
    commands.look();
    events.rearm();
  }

  /** Refuses what the controller does not offer (OACS). */
  void check(int capability, String what) {
    if ((identify.oacs() & capability) == 0) {
      throw new NvmeException("controller does not offer %s (OACS)".formatted(what));
    }
  }

  /** How many commands can be in flight. */
  int capacity() {
    return queue.capacity();
  }

  /** Completions that belonged to nothing in flight. */
  public long unknownCompletions() {
    return queue.unknownCompletions();
  }

  /** Gives the queue up; the controller is disabled, or cannot do DMA any more. */
  @Override
  public void close() {
    events.stop();
    queue.endAll(NvmeStatus.ABORTED_BY_HOST);
    queue.close();
    commands.close();
  }
}

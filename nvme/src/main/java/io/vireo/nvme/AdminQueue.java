package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Csts;
import io.vireo.nvme.spec.Feature;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.Registers;
import io.vireo.nvme.transport.AdminChannel;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Admin commands (Base 5), each sent and waited for. One control thread.
 *
 * <p>A command that outlives its deadline stays in flight, its memory with it, until the queue is
 * closed: the controller may still write there.
 */
public final class AdminQueue implements AdminChannel, AutoCloseable {
  private static final RequestCompletion UNOBSERVED = (request, status) -> {};
  private static final int BUDGET = 32;

  private final NvmeTransport transport;
  private final TransportQueue queue;
  private final DmaMemory memory;
  private final PollClock clock;
  private final long timeoutNs;
  private final AsyncEvents events;
  private final List<Long> strays = new ArrayList<>();

  AdminQueue(
      NvmeTransport transport,
      TransportQueue queue,
      DmaMemory memory,
      PollClock clock,
      long timeoutNs) {
    this.transport = transport;
    this.queue = queue;
    this.memory = memory;
    this.clock = clock;
    this.timeoutNs = timeoutNs;
    this.events = new AsyncEvents(queue);
  }

  @Override
  public int execute(NvmeRequest request) {
    int taken = queue.submit(request);
    if (taken != TransportQueue.SUBMITTED) {
      throw new NvmeException(
          "admin command %02xh was not taken: %d".formatted(request.opcode(), taken));
    }
    queue.ring();
    await(request);
    if (NvmeStatus.isError(request.status())) {
      throw new NvmeException(
          "admin command %02xh failed: %s"
              .formatted(request.opcode(), NvmeStatus.text(request.status())),
          request.status());
    }
    return request.result();
  }

  private void await(NvmeRequest request) {
    long deadline = clock.nanoTime() + timeoutNs;
    while (true) {
      queue.poll(BUDGET);
      if (!request.inFlight()) {
        return;
      }
      String trouble = trouble();
      if (trouble == null && clock.nanoTime() - deadline >= 0) {
        trouble = "did not end within %d ms".formatted(timeoutNs / 1_000_000);
      }
      if (trouble != null) {
        throw new NvmeException("admin command %02xh %s".formatted(request.opcode(), trouble));
      }
      clock.pause();
    }
  }

  /** Why waiting is of no use. */
  private String trouble() {
    int csts = transport.get32(Registers.CSTS);
    if (Csts.isGone(csts)) {
      return "lost its controller: registers read all ones";
    }
    return Csts.isFatal(csts) ? "met a fatal error of the controller (CSTS.CFS)" : null;
  }

  /**
   * Sends a command whose answer is {@code bytes} of data and decodes them.
   *
   * @param decode gets the data's address, which it may use until it returns
   */
  public <T> T read(
      int opcode, int nsid, long cdw10and11, long cdw12and13, int bytes, LongFunction<T> decode) {
    long buffer = memory.allocate(bytes, Identify.BYTES);
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 1);
    request.command(opcode, nsid);
    request.cdw10and11(cdw10and11);
    request.cdw12and13(cdw12and13);
    request.addData(buffer, bytes);
    try {
      execute(request);
      return decode.apply(buffer);
    } finally {
      if (request.inFlight()) {
        strays.add(buffer); // the controller may still write there
      } else {
        memory.free(buffer);
      }
    }
  }

  /** Identify (Base 5.17); {@code cns} is one of {@link Identify}. */
  public <T> T identify(int cns, int nsid, LongFunction<T> decode) {
    return read(AdminOpcode.IDENTIFY, nsid, cns, 0, Identify.BYTES, decode);
  }

  /** Get log page (Base 5.16) from its start; {@code bytes} is a multiple of 4. */
  public <T> T logPage(int page, int nsid, int bytes, LongFunction<T> decode) {
    long dwords = bytes / Integer.BYTES - 1L;
    long cdw10 = (dwords & 0xffff) << 16 | page;
    return read(AdminOpcode.GET_LOG_PAGE, nsid, dwords >>> 16 << 32 | cdw10, 0, bytes, decode);
  }

  /** Get features (Base 5.15): the current value of a feature without data. */
  public int getFeature(int feature, int nsid) {
    return execute(command(AdminOpcode.GET_FEATURES, nsid, feature, 0));
  }

  /** Set features (Base 5.27) of a feature without data; answers dword 0. */
  public int setFeature(int feature, int nsid, int value) {
    return execute(command(AdminOpcode.SET_FEATURES, nsid, feature, value));
  }

  /**
   * Asks for queue pairs (Base 5.27.1.5, feature 07h).
   *
   * @return how many the controller gave, at most {@code wanted}
   */
  public int requestQueues(int wanted) {
    int count = wanted - 1;
    int given = setFeature(Feature.NUMBER_OF_QUEUES, 0, count << 16 | count);
    return Math.min(wanted, Math.min(given & 0xffff, given >>> 16) + 1);
  }

  /**
   * Abort (Base 5.1): asks for the end of a command of queue {@code qid}, which ends in any case
   * with a status of its own.
   *
   * @return whether the controller says that it was aborted
   */
  public boolean abort(int qid, int commandId) {
    return (execute(command(AdminOpcode.ABORT, 0, commandId << 16 | qid, 0)) & 1) == 0;
  }

  /** The controller's events. */
  public AsyncEvents events() {
    return events;
  }

  /** Takes what came without being waited for: events. */
  public void poll() {
    queue.poll(BUDGET);
    events.rearm();
  }

  private static NvmeRequest command(int opcode, int nsid, int cdw10, int cdw11) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 0);
    request.command(opcode, nsid);
    request.cdw10and11((long) cdw11 << 32 | (cdw10 & 0xffffffffL));
    return request;
  }

  /** Gives the queue up; the controller is disabled, or cannot do DMA any more. */
  @Override
  public void close() {
    events.stop();
    queue.endAll(NvmeStatus.ABORTED_BY_HOST);
    queue.close();
    strays.forEach(memory::free);
    strays.clear();
  }
}

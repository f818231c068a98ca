package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.Cqe;
import io.vireo.nvme.spec.Sqe;

/**
 * A submission and a completion queue in host memory (Base 3.3.1, PCIe 3.1.2). Reactor thread only.
 *
 * <p>Entries are written as they come and told by one doorbell store a batch; completions are found
 * by the phase tag, which the controller flips with each pass. Both queues have more entries than
 * requests can be in flight: neither can run over, whatever the controller says of its head.
 */
final class PcieQueue implements TransportQueue {
  private final PcieQueueMemory memory;
  private final int id;
  private final int entries;
  private final CommandIds commands;
  private final PrpList prp;
  private final SglList sgl; // null: the controller has none
  private final int maxTransferBytes;
  private final long sqDoorbell;
  private final long cqDoorbell;

  private int sqTail;
  private int sqTailRung;
  private int cqHead;
  private int cqHeadRung;
  private int phase = Cqe.PHASE;
  private long unknownCompletions;
  private boolean stopped;
  private boolean closed;

  PcieQueue(
      int id,
      QueueOptions options,
      PcieQueueMemory memory,
      IovaMap map,
      long sqDoorbell,
      long cqDoorbell) {
    this.id = id;
    this.entries = options.entries();
    this.commands = new CommandIds(options.requests());
    this.memory = memory;
    this.prp = new PrpList(map, memory.pageBytes());
    this.sgl =
        options.sglAlignmentBytes() == 0 ? null : new SglList(map, options.sglAlignmentBytes());
    this.maxTransferBytes = options.maxTransferBytes();
    this.sqDoorbell = sqDoorbell;
    this.cqDoorbell = cqDoorbell;
  }

  @Override
  public int submit(NvmeRequest request) {
    if (request.isQueued()) {
      throw new IllegalStateException("request is in flight already");
    }
    if (commands.isFull() || stopped) {
      return FULL;
    }
    long sqe = memory.sq() + (long) sqTail * Sqe.BYTES;
    int cdw0 = request.opcode();
    if (request.totalBytes() == 0) {
      Sqe.putDataPointer(sqe, request.ringIova(), 0);
    } else {
      int psdt = describe(request, sqe, commands.nextSlot());
      if (psdt < 0) {
        return psdt;
      }
      cdw0 |= psdt;
    }
    int commandId = commands.take(request);
    request.begin(commandId);
    Sqe.putHead(sqe, cdw0 | commandId << 16, request.nsid());
    Mem.putLong(sqe + Sqe.MPTR, 0);
    Sqe.putPair(sqe, Sqe.CDW10, request.cdw10and11());
    Sqe.putPair(sqe, Sqe.CDW12, request.cdw12and13());
    Sqe.putPair(sqe, Sqe.CDW14, request.cdw14and15());
    sqTail = sqTail + 1 == entries ? 0 : sqTail + 1;
    return SUBMITTED;
  }

  /** PRP wherever the pieces allow it, for they are shorter; answers PSDT or a refusal. */
  private int describe(NvmeRequest request, long sqe, int slot) {
    if (request.totalBytes() > maxTransferBytes) {
      return TOO_LONG;
    }
    long listHva = memory.listHva(slot);
    long listIova = memory.listIova(slot);
    int result = prp.describe(request, sqe, listHva, listIova);
    if (result != MISALIGNED || sgl == null) {
      return result;
    }
    result = sgl.describe(request, sqe, listHva, listIova, memory.listBytes());
    return result == SUBMITTED ? Sqe.PSDT_SGL : result;
  }

  @Override
  public long describable(NvmeRequest request) {
    long bytes = prp.describable(request);
    if (bytes < request.totalBytes() && sgl != null) {
      bytes = Math.max(bytes, sgl.describable(request, memory.listBytes()));
    }
    return Math.min(bytes, maxTransferBytes);
  }

  @Override
  public void ring() {
    if (sqTail != sqTailRung && !stopped) {
      sqTailRung = sqTail;
      Doorbell.put(sqDoorbell, sqTail); // after the entries
    }
  }

  @Override
  public int poll(int budget) {
    int taken = 0;
    try {
      while (taken < budget) {
        long cqe = memory.cq() + (long) cqHead * Cqe.BYTES;
        int dw3 = Cqe.dw3(cqe);
        if ((dw3 & Cqe.PHASE) != phase) {
          break;
        }
        taken++;
        passEntry();
        end(cqe, dw3);
      }
    } finally {
      tellHead(); // also when an owner threw: its entry was taken
    }
    return taken;
  }

  private void passEntry() {
    cqHead++;
    if (cqHead == entries) {
      cqHead = 0;
      phase ^= Cqe.PHASE;
    }
  }

  private void end(long cqe, int dw3) {
    int result = Cqe.result(cqe);
    NvmeRequest request = Cqe.sqId(cqe) == id ? commands.release(Cqe.commandId(dw3)) : null;
    if (request == null) {
      unknownCompletions++;
    } else {
      request.end(Cqe.status(dw3), result);
    }
  }

  private void tellHead() {
    if (cqHead != cqHeadRung && !stopped) {
      cqHeadRung = cqHead;
      Doorbell.put(cqDoorbell, cqHead); // after the entries were read
    }
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public NvmeRequest oldest() {
    return commands.oldest();
  }

  @Override
  public NvmeRequest newerThan(NvmeRequest request) {
    return commands.newerThan(request.commandId());
  }

  @Override
  public NvmeRequest takeBack() {
    NvmeRequest request = commands.releaseOldest();
    if (request != null) {
      request.takenBack();
    }
    return request;
  }

  @Override
  public int inFlight() {
    return commands.inFlight();
  }

  @Override
  public int capacity() {
    return commands.capacity();
  }

  @Override
  public int entries() {
    return entries;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public long unknownCompletions() {
    return unknownCompletions;
  }

  @Override
  public void close() {
    if (commands.inFlight() != 0) {
      throw new IllegalStateException(
          "queue %d is closed with %d requests in flight".formatted(id, commands.inFlight()));
    }
    if (!closed) {
      closed = true;
      memory.close();
    }
  }

  /** Where its rings lie. */
  PcieQueueMemory memory() {
    return memory;
  }
}

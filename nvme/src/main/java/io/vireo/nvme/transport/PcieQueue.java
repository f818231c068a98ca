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
  private final IovaMap map;
  private final PrpList prp;
  private final SglList sgl; // null: the controller has none
  private final int maxTransferBytes;
  private final Doorbell sqDoorbell;
  private final Doorbell cqDoorbell;

  private int sqTail;
  private int cqHead;
  private int phase = Cqe.PHASE;
  private long unknownCompletions;
  private long submitted;
  private boolean stopped;
  private boolean closed;

  PcieQueue(
      int id,
      QueueOptions options,
      PcieQueueMemory memory,
      IovaMap map,
      Doorbell sqDoorbell,
      Doorbell cqDoorbell) {
    this.id = id;
    this.entries = options.entries();
    this.commands = new CommandIds(options.requests());
    this.memory = memory;
    this.map = map;
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
    int psdt = point(request, sqTail, 0);
    if (psdt < 0) {
      return psdt;
    }
    enter(request, psdt);
    return SUBMITTED;
  }

  @Override
  public int submitFused(NvmeRequest first, NvmeRequest second) {
    if (first.isQueued() || second.isQueued()) {
      throw new IllegalStateException("request is in flight already");
    }
    if (commands.capacity() - commands.inFlight() < 2 || stopped) {
      return FULL;
    }
    int psdt = point(first, sqTail, 0);
    int secondPsdt = psdt < 0 ? psdt : point(second, after(sqTail), 1);
    if (secondPsdt < 0) {
      return secondPsdt;
    }
    enter(first, psdt);
    enter(second, secondPsdt);
    return SUBMITTED;
  }

  private int after(int entry) {
    return entry + 1 == entries ? 0 : entry + 1;
  }

  private long sqe(int entry) {
    return memory.sq() + (long) entry * Sqe.BYTES;
  }

  /**
   * Writes data and metadata pointer of an entry that nobody looks at yet; answers PSDT or a
   * refusal.
   *
   * @param ahead how many other requests will take a slot before this one
   */
  private int point(NvmeRequest request, int entry, int ahead) {
    long sqe = sqe(entry);
    long metadata = 0;
    if (request.metadataBytes() != 0) {
      metadata = metadataPointer(request);
      if (metadata < 0) {
        return (int) metadata;
      }
    }
    Mem.putLong(sqe + Sqe.MPTR, metadata);
    if (request.totalBytes() == 0) {
      Sqe.putDataPointer(sqe, request.firstPointer(), request.secondPointer());
      return 0;
    }
    return describe(request, sqe, commands.nextSlot(ahead));
  }

  /** Puts the rest of a request into the next entry. */
  private void enter(NvmeRequest request, int psdt) {
    long sqe = sqe(sqTail);
    int commandId = commands.take(request);
    request.begin(commandId);
    Sqe.putHead(sqe, request.fusedOpcode() | psdt | commandId << 16, request.nsid());
    Sqe.putPair(sqe, Sqe.CDW10, request.cdw10and11());
    Sqe.putPair(sqe, Sqe.CDW12, request.cdw12and13());
    Sqe.putPair(sqe, Sqe.CDW14, request.cdw14and15());
    sqTail = after(sqTail);
    submitted++;
  }

  /** Metadata are one contiguous buffer (Base 3.3.3.1, MPTR); answers a refusal below 0. */
  private long metadataPointer(NvmeRequest request) {
    long iova = map.iova(request.metadataHva());
    if (iova == IovaMap.UNMAPPED) {
      return UNMAPPED;
    }
    boolean contiguous =
        map.run(request.metadataHva(), request.metadataBytes()) == request.metadataBytes();
    return (iova & Integer.BYTES - 1) != 0 || !contiguous ? MISALIGNED : iova;
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
    if (request.metadataBytes() != 0 && metadataPointer(request) < 0) {
      return 0;
    }
    long bytes = prp.describable(request);
    if (bytes < request.totalBytes() && sgl != null) {
      bytes = Math.max(bytes, sgl.describable(request, memory.listBytes()));
    }
    return Math.min(bytes, maxTransferBytes);
  }

  @Override
  public void ring() {
    if (!stopped) {
      sqDoorbell.ring(sqTail);
    }
  }

  @Override
  public int poll(int budget) {
    if (closed) {
      return 0; // its rings are others' memory
    }
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

  @Override
  public boolean ready() {
    return (Cqe.dw3(memory.cq() + (long) cqHead * Cqe.BYTES) & Cqe.PHASE) == phase;
  }

  private void passEntry() {
    cqHead++;
    if (cqHead == entries) {
      cqHead = 0;
      phase ^= Cqe.PHASE;
    }
  }

  private void end(long cqe, int dw3) {
    long result = Cqe.result(cqe);
    NvmeRequest request = Cqe.sqId(cqe) == id ? commands.release(Cqe.commandId(dw3)) : null;
    if (request == null) {
      unknownCompletions++;
    } else {
      request.end(Cqe.status(dw3), result);
    }
  }

  private void tellHead() {
    if (!stopped) {
      cqDoorbell.ring(cqHead);
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
  public QueueCounts counts() {
    return QueueCounts.of(submitted, sqDoorbell, cqDoorbell);
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

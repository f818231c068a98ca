package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Registers;
import java.util.ArrayList;
import java.util.List;

/**
 * A controller behind BAR 0 of a PCI function (NVMe over PCIe Transport 1.0). Knows nothing of how
 * the BAR was mapped or how memory was mapped for DMA; who made it undoes that when all queues are
 * closed.
 */
public final class PcieTransport implements NvmeTransport, AutoCloseable {
  private static final int PHYSICALLY_CONTIGUOUS = 1;
  private static final int INTERRUPTS_ENABLED = 1 << 1;
  private static final RequestCompletion UNOBSERVED = (request, status) -> {};

  private final long bar;
  private final long barBytes;
  private final int doorbellStride;
  private final IovaMap map;
  private final DmaMemory memory;
  private final List<PcieQueue> doubtful = new ArrayList<>(); // the controller may have them yet
  private int pageBytes;
  private Doorbell adminSq;
  private Doorbell adminCq;
  private ShadowDoorbells shadows; // null: never had any
  private boolean shadowed; // since the controller was enabled

  /**
   * @param bar where BAR 0 is mapped
   * @param barBytes how much of it is
   * @param map where memory lies for the device
   * @param memory what queues are made of; {@code map} knows it
   * @throws IllegalArgumentException if the BAR is too small for an admin queue
   */
  public PcieTransport(long bar, long barBytes, IovaMap map, DmaMemory memory) {
    this.bar = bar;
    this.barBytes = barBytes;
    this.map = map;
    this.memory = memory;
    if (barBytes < Registers.DOORBELLS) {
      throw new IllegalArgumentException(
          "BAR of %d bytes has no room for registers of %d"
              .formatted(barBytes, Registers.DOORBELLS));
    }
    this.doorbellStride = new Cap(get64(Registers.CAP)).doorbellStride();
  }

  @Override
  public int get32(int register) {
    try {
      int value = Mem.getRegister32(bar + register);
      raise();
      return value;
    } catch (InternalError e) {
      return Registers.GONE; // the kernel took the BAR away
    }
  }

  /**
   * Raises the error of an access to a BAR that is gone, if there was one. Compiled code goes on
   * behind such an access with any value, and the error comes where the thread can be stopped next,
   * which may be far behind: on the way back from a native method it can.
   */
  private void raise() {
    boolean _ = Thread.holdsLock(this);
  }

  @Override
  public long get64(int register) {
    long low = get32(register) & 0xffffffffL;
    return (long) get32(register + Integer.BYTES) << 32 | low;
  }

  @Override
  public void set32(int register, int value) {
    try {
      Mem.putRegister32(bar + register, value);
      raise();
    } catch (InternalError e) {
      return; // nobody hears it; who looks at a register learns that
    }
  }

  @Override
  public void set64(int register, long value) {
    set32(register, (int) value);
    set32(register + Integer.BYTES, (int) (value >>> 32));
  }

  @Override
  public TransportQueue openAdmin(QueueOptions options, int memoryPageBytes) {
    if (options.entries() > Registers.MAX_ADMIN_ENTRIES) {
      throw new IllegalArgumentException(
          "admin queue of %d entries is larger than %d"
              .formatted(options.entries(), Registers.MAX_ADMIN_ENTRIES));
    }
    closeDoubtful(); // it is disabled: what it did not answer is forgotten
    pageBytes = memoryPageBytes;
    shadowed = false;
    adminSq = sqDoorbell(0);
    adminCq = cqDoorbell(0);
    PcieQueue queue = make(0, options, adminSq, adminCq);
    set32(Registers.AQA, Registers.aqa(options.entries(), options.entries()));
    set64(Registers.ASQ, queue.memory().sqIova());
    set64(Registers.ACQ, queue.memory().cqIova());
    return queue;
  }

  /** Creates the completion queue, then the submission queue that uses it (Base 5.4, 5.5). */
  @Override
  public TransportQueue openIo(int qid, QueueOptions options, AdminChannel admin) {
    Doorbell sq = sqDoorbell(qid);
    Doorbell cq = cqDoorbell(qid);
    PcieQueue queue = make(qid, options, sq, cq);
    if (shadowed) {
      shadows.attach(qid, sq, cq);
    }
    PcieQueueMemory rings = queue.memory();
    long sizeAndId = (long) (options.entries() - 1) << 16 | qid;
    long interrupts = options.interruptVector() < 0 ? 0 : interrupts(options.interruptVector());
    long flags = (long) qid << 16 | (long) options.priority() << 1;
    NvmeRequest cqs = creation(AdminOpcode.CREATE_IO_CQ, rings.cqIova(), sizeAndId, interrupts);
    NvmeRequest sqs = creation(AdminOpcode.CREATE_IO_SQ, rings.sqIova(), sizeAndId, flags);
    RuntimeException refused = refusal(admin, cqs);
    RuntimeException kept = null;
    if (refused == null) {
      refused = refusal(admin, sqs);
      if (refused == null) {
        return queue;
      }
      kept = refusal(admin, deletion(AdminOpcode.DELETE_IO_CQ, qid));
    }
    if (kept != null) {
      refused.addSuppressed(kept);
    }
    if (kept != null || cqs.inFlight() || sqs.inFlight()) {
      doubtful.add(queue);
    } else {
      queue.close();
    }
    throw refused;
  }

  /** Sends a command; answers why it failed, null when it did not. */
  private static RuntimeException refusal(AdminChannel admin, NvmeRequest request) {
    try {
      admin.execute(request);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** IEN and IV of a new completion queue (Base 5.4, command dword 11). */
  private static long interrupts(int vector) {
    return (long) vector << 16 | INTERRUPTS_ENABLED;
  }

  private static NvmeRequest creation(int opcode, long iova, long sizeAndId, long flags) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 0);
    request.command(opcode, 0);
    request.pointers(iova, 0);
    request.cdw10and11((flags | PHYSICALLY_CONTIGUOUS) << 32 | sizeAndId);
    return request;
  }

  @Override
  public void deleteIo(int qid, AdminChannel admin) {
    admin.execute(deletion(AdminOpcode.DELETE_IO_SQ, qid));
    admin.execute(deletion(AdminOpcode.DELETE_IO_CQ, qid));
  }

  private static NvmeRequest deletion(int opcode, int qid) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 0);
    request.command(opcode, 0);
    request.cdw10and11(qid);
    return request;
  }

  private PcieQueue make(int qid, QueueOptions options, Doorbell sq, Doorbell cq) {
    PcieQueueMemory rings = new PcieQueueMemory(options, pageBytes, memory, map);
    return new PcieQueue(qid, options, rings, map, sq, cq);
  }

  private Doorbell sqDoorbell(int qid) {
    return new Doorbell(bar + Registers.sqTailDoorbell(qid, doorbellStride));
  }

  private Doorbell cqDoorbell(int qid) {
    long offset = Registers.cqHeadDoorbell(qid, doorbellStride);
    if (offset + Integer.BYTES > barBytes) {
      throw new IllegalArgumentException(
          "doorbells of queue %d lie beyond the BAR's %d bytes".formatted(qid, barBytes));
    }
    return new Doorbell(bar + offset);
  }

  @Override
  public void shadowDoorbells(AdminChannel admin) {
    if (shadows == null) {
      shadows = new ShadowDoorbells(memory, map, pageBytes, doorbellStride);
    }
    try {
      shadows.configure(admin);
    } catch (RuntimeException e) {
      if (!shadows.areKnown()) {
        shadows.close();
        shadows = null;
      }
      throw e;
    }
    shadows.attach(0, adminSq, adminCq);
    shadowed = true;
  }

  private void closeDoubtful() {
    doubtful.forEach(PcieQueue::close);
    doubtful.clear();
  }

  /** Gives back what it had of memory itself. All queues are closed, and nothing is done by DMA. */
  @Override
  public void close() {
    closeDoubtful();
    if (shadows != null) {
      shadows.close();
      shadows = null;
    }
  }
}

package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryMap;
import io.vireo.nvme.spec.Cqe;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.Sqe;

/**
 * A queue whose every command is answered on the same thread by the least that a controller does:
 * the command id goes back into a completion. What is left is the driver's own cost.
 */
public final class EchoQueue implements AutoCloseable, DmaMemory, RequestCompletion {
  private static final long MEMORY_BYTES = 4L << 20;
  private static final int ENTRIES = 64;
  private static final int BLOCK_BYTES = 4096;

  private final HostMemory memory =
      HostMemory.allocate(MEMORY_BYTES, "nvme-echo", HostMemory.HugePages.NEVER);
  private final PageTable map = new PageTable();
  private final PcieQueueMemory rings;
  private final PcieQueue queue;
  private final NvmeRequest[] requests;
  private final long data;
  private long next = memory.address();
  private long lba;
  private int submitted; // in entries, and what was answered of it
  private int answered;
  private int phase = Cqe.PHASE;
  private long completed;

  /**
   * @param depth how many reads can be in flight
   */
  public EchoQueue(int depth) {
    map.entries().set(memory.address(), MEMORY_BYTES, 64 * MemoryMap.ENTRY_BYTES);
    QueueOptions options = QueueOptions.polled(ENTRIES, ENTRIES - 1, 1 << 17, 0);
    rings = new PcieQueueMemory(options, 4096, this, map);
    long doorbells = allocate(8, 4096);
    queue =
        new PcieQueue(1, options, rings, map, new Doorbell(doorbells), new Doorbell(doorbells + 4));
    data = allocate((long) depth * BLOCK_BYTES, 4096);
    requests = new NvmeRequest[depth];
    for (int i = 0; i < depth; i++) {
      requests[i] = new NvmeRequest(this, 8);
    }
  }

  /** Submits a read, rings, answers it, polls. */
  void oneRead() {
    submit(requests[0], data);
    queue.ring();
    answer();
    queue.poll(1);
  }

  /** The same with one read for each request, one doorbell and one poll. */
  void oneBatch() {
    for (int i = 0; i < requests.length; i++) {
      submit(requests[i], data + (long) i * BLOCK_BYTES);
    }
    queue.ring();
    for (int i = 0; i < requests.length; i++) {
      answer();
    }
    queue.poll(requests.length);
  }

  private void submit(NvmeRequest request, long hva) {
    request.clearData();
    request.addData(hva, BLOCK_BYTES);
    request.command(NvmOpcode.READ, 1);
    request.cdw10and11(lba++);
    request.cdw12and13(7);
    if (queue.submit(request) != TransportQueue.SUBMITTED) {
      throw new AssertionError("not taken");
    }
  }

  /** Answers the next command. */
  public void answer() {
    long sqe = rings.sq() + (long) submitted * Sqe.BYTES;
    submitted = submitted + 1 == ENTRIES ? 0 : submitted + 1;
    int commandId = Sqe.commandId(Mem.getInt(sqe + Sqe.CDW0));
    long cqe = rings.cq() + (long) answered * Cqe.BYTES;
    Mem.putInt(cqe + Cqe.DW2, 1 << 16);
    Mem.putIntRelease(cqe + Cqe.DW3, Cqe.dw3(commandId, phase, 0));
    answered++;
    if (answered == ENTRIES) {
      answered = 0;
      phase ^= Cqe.PHASE;
    }
  }

  @Override
  public void completed(NvmeRequest request, int status) {
    completed++;
  }

  long completed() {
    return completed;
  }

  /** The driver's side. */
  public TransportQueue queue() {
    return queue;
  }

  /** Where data of the read of that number are. */
  public long data(int index) {
    return data + (long) index * BLOCK_BYTES;
  }

  /** What translates its addresses. */
  IovaMap map() {
    return map;
  }

  @Override
  public long allocate(long bytes, long alignmentBytes) {
    long at = (next + alignmentBytes - 1) & -alignmentBytes;
    next = at + bytes;
    return at;
  }

  @Override
  public void free(long hva) {
    // all at once, by close
  }

  @Override
  public void close() {
    queue.close();
    memory.close();
  }
}

package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Registers;

/**
 * Two pages laid out like the doorbell registers: the shadow, which the host writes, and the event
 * indexes, which the controller writes (Base 5.11). Control thread; kept over resets, for queues of
 * before may still write there.
 */
final class ShadowDoorbells implements AutoCloseable {
  private static final RequestCompletion UNOBSERVED = (request, status) -> {};

  private final DmaMemory memory;
  private final int pageBytes;
  private final int stride;
  private final long shadow;
  private final long events;
  private final long shadowIova;
  private final long eventsIova;
  private boolean known;

  ShadowDoorbells(DmaMemory memory, IovaMap map, int pageBytes, int stride) {
    this.memory = memory;
    this.pageBytes = pageBytes;
    this.stride = stride;
    this.shadow = memory.allocate(2L * pageBytes, 2L * pageBytes);
    this.events = shadow + pageBytes;
    try {
      this.shadowIova = PcieQueueMemory.contiguous(map, shadow, pageBytes);
      this.eventsIova = PcieQueueMemory.contiguous(map, events, pageBytes);
    } catch (IllegalStateException e) {
      memory.free(shadow);
      throw e;
    }
    Mem.fill(shadow, 2L * pageBytes, (byte) 0);
  }

  int pageBytes() {
    return pageBytes;
  }

  /** Tells the controller of them; throws when it refuses. */
  void configure(AdminChannel admin) {
    NvmeRequest request = new NvmeRequest(UNOBSERVED, 0);
    request.command(AdminOpcode.DOORBELL_BUFFER_CONFIG, 0);
    request.pointers(shadowIova, eventsIova);
    try {
      admin.execute(request);
      known = true;
    } finally {
      known |= request.inFlight(); // it may take them yet
    }
  }

  /** Whether a controller may ever have heard of them. */
  boolean areKnown() {
    return known;
  }

  /** Has a queue use them, if they are large enough for it. */
  void attach(int qid, Doorbell sqTail, Doorbell cqHead) {
    long sq = Registers.sqTailDoorbell(qid, stride) - Registers.DOORBELLS;
    long cq = Registers.cqHeadDoorbell(qid, stride) - Registers.DOORBELLS;
    if (cq + Integer.BYTES <= pageBytes) {
      // Hosts differ on the admin queue, so controllers look at the register there.
      boolean isAdmin = qid == 0;
      Mem.putInt(events + sq, 0);
      Mem.putInt(events + cq, 0);
      sqTail.shadow(shadow + sq, events + sq, isAdmin);
      cqHead.shadow(shadow + cq, events + cq, isAdmin);
    }
  }

  @Override
  public void close() {
    memory.free(shadow);
  }
}

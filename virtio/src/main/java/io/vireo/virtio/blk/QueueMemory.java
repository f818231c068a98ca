package io.vireo.virtio.blk;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import io.vireo.virtio.QueueBudget;

/**
 * What one queue takes of memory. Of our own native memory: a header, the ID string, and for each
 * request its iovecs and ranges; pages come when they are touched, so queues cost what they use. Of
 * the heap: the objects of the queue and its requests, which are accounted for here.
 */
final class QueueMemory implements AutoCloseable {
  private static final long HEADER = 0;
  private static final long ID = HEADER + BlkHeader.BYTES;
  private static final long REQUESTS = 64;

  /** What any queue takes of the heap, but for its requests and heads; rounded up. */
  private static final long FIXED_HEAP_BYTES = 8192;

  private final HostMemory memory;
  private final int requests;
  private final QueueBudget budget;
  private long heapBytes;

  private QueueMemory(HostMemory memory, int requests, QueueBudget budget, long heapBytes) {
    this.memory = memory;
    this.requests = requests;
    this.budget = budget;
    this.heapBytes = heapBytes;
  }

  /**
   * For a queue of so many entries, with a first chunk of requests.
   *
   * @param id the ID string, {@link BlkType#ID_BYTES} bytes with its padding
   * @throws IllegalArgumentException when the budget is used up, in one sentence
   */
  static QueueMemory allocate(String name, int entries, byte[] id, QueueBudget budget) {
    long heads = Math.ceilDiv(entries, Byte.SIZE); // a bit each
    long heapBytes = FIXED_HEAP_BYTES + heads + RequestPool.CHUNK * BlkRequest.HEAP_BYTES;
    if (!budget.take(heapBytes)) {
      throw new IllegalArgumentException(
          "queue of %d entries needs %d bytes of the heap, but only %d are left for queues"
              .formatted(entries, heapBytes, budget.leftBytes()));
    }
    int requests = Math.min(entries, BlkLimits.IN_FLIGHT);
    long bytes = REQUESTS + requests * BlkRequest.MEMORY_BYTES;
    try {
      HostMemory memory = HostMemory.allocate(bytes, name, HostMemory.HugePages.NEVER);
      Mem.copy(id, 0, memory.address() + ID, BlkType.ID_BYTES);
      return new QueueMemory(memory, requests, budget, heapBytes);
    } catch (Throwable t) {
      budget.give(heapBytes);
      throw t;
    }
  }

  /** Room for one {@link BlkHeader}. */
  long header() {
    return memory.address() + HEADER;
  }

  /** The ID string. */
  long id() {
    return memory.address() + ID;
  }

  /** How many requests there is room for. */
  int requests() {
    return requests;
  }

  /** Memory of one request. */
  long request(int index) {
    return memory.address() + REQUESTS + index * BlkRequest.MEMORY_BYTES;
  }

  /** Accounts for another chunk of requests; false when the heap may not be used for it. */
  boolean takeChunk() {
    long bytes = RequestPool.CHUNK * BlkRequest.HEAP_BYTES;
    if (!budget.takeToGrow(bytes)) {
      return false;
    }
    heapBytes += bytes;
    return true;
  }

  @Override
  public void close() {
    memory.close();
    budget.give(heapBytes);
  }
}

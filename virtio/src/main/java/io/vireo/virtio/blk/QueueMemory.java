package io.vireo.virtio.blk;

import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;

/**
 * Native memory of our own for one queue: a header, the ID string, and for each request its iovecs
 * and ranges. Pages come when they are touched, so large queues cost what they use.
 */
final class QueueMemory implements AutoCloseable {
  private static final long HEADER = 0;
  private static final long ID = HEADER + BlkHeader.BYTES;
  private static final long REQUESTS = 64;

  private final HostMemory memory;
  private final int requests;

  /** {@code id} is the ID string, {@link BlkType#ID_BYTES} bytes with its padding. */
  QueueMemory(String name, int requests, byte[] id) {
    memory =
        HostMemory.allocate(
            REQUESTS + requests * BlkRequest.MEMORY_BYTES, name, HostMemory.HugePages.NEVER);
    this.requests = requests;
    Mem.copy(id, 0, id(), BlkType.ID_BYTES);
  }

  /** Room for one {@link BlkHeader}. */
  long header() {
    return memory.address() + HEADER;
  }

  /** The ID string. */
  long id() {
    return memory.address() + ID;
  }

  /** For how many requests there is room. */
  int requests() {
    return requests;
  }

  /** Memory of one request. */
  long request(int tag) {
    return memory.address() + REQUESTS + tag * BlkRequest.MEMORY_BYTES;
  }

  @Override
  public void close() {
    memory.close();
  }
}

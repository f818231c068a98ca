package io.vireo.virtio.blk;

import io.vireo.bdev.IoCompletion;
import java.util.Arrays;

/**
 * Reactor thread only. The requests of one queue: made as they are first needed, so that a queue
 * costs what its driver really has in flight, and the last one given back is the next one taken, so
 * that a bdev that answers at once always has the same one in the cache.
 */
final class RequestPool {
  /** Made together, a rare step of some 4 KiB; and what each queue has from the beginning. */
  static final int CHUNK = 16;

  private final IoCompletion owner;
  private final QueueMemory memory;
  private final HeadSet heads;
  private BlkRequest[] requests = new BlkRequest[CHUNK]; // by tag
  private int made;
  private BlkRequest free;

  /**
   * @param size of the ring
   * @param memory has room for as many as there may be; accounts for the first chunk already
   */
  RequestPool(IoCompletion owner, int size, QueueMemory memory) {
    this.owner = owner;
    this.heads = new HeadSet(size);
    this.memory = memory;
    makeChunk();
  }

  /** Whether a request for this head was taken and not given back. */
  boolean inUse(int head) {
    return heads.contains(head);
  }

  /**
   * The request that {@link #take} will take; may be used until then. Null when there can be no
   * more: some of those in flight have to end first.
   */
  BlkRequest next() {
    return free != null ? free : grow();
  }

  private BlkRequest grow() {
    if (made < memory.requests() && memory.takeChunk()) {
      makeChunk();
    }
    return free;
  }

  private void makeChunk() {
    int more = Math.min(CHUNK, memory.requests() - made);
    if (made + more > requests.length) {
      requests = Arrays.copyOf(requests, 2 * requests.length);
    }
    for (int i = 0; i < more; i++) {
      BlkRequest request = new BlkRequest(owner, made, memory.request(made));
      requests[made++] = request;
      request.nextFree = free;
      free = request;
    }
  }

  /** Takes {@link #next} for its head. */
  void take() {
    BlkRequest taken = free;
    free = taken.nextFree;
    taken.nextFree = null;
    heads.add(taken.head);
  }

  void give(BlkRequest request) {
    heads.remove(request.head);
    request.nextFree = free;
    free = request;
  }

  BlkRequest byTag(int tag) {
    return requests[tag];
  }

  /** How many there are, in use and free. */
  int made() {
    return made;
  }
}

package io.vireo.bdev.nvme;

import io.vireo.linux.Numa;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.DmaPool;
import io.vireo.nvme.PooledBuffers;
import io.vireo.reactor.Reactor;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounce buffers that all drives share which see memory at the same addresses: one pool, out of
 * which each reactor takes for all its queues. Made with the first queue and given back with the
 * last. Any control thread.
 */
final class SharedBuffers {
  /** Of one buffer; a request that is larger takes several, one after the other. */
  static final int BUFFER_BYTES = 64 << 10;

  private static final int PAGE_BYTES = 4096;
  private static final int BATCH = 8;

  /** What one reactor has at hand. */
  private static final class Share {
    final PooledBuffers buffers;
    int queues;

    Share(PooledBuffers buffers) {
      this.buffers = buffers;
    }
  }

  private final DmaHeap heap;
  private final int count;
  private final Map<Reactor, Share> shares = new HashMap<>();
  private DmaPool pool; // null: nobody needs any

  /**
   * @param heap memory that the drives reach
   * @param count how many buffers; more than the 16 that each reactor but one may keep at hand
   */
  SharedBuffers(DmaHeap heap, int count) {
    this.heap = heap;
    this.count = count;
  }

  /** Those of a reactor, for one more queue there. */
  synchronized PooledBuffers join(Reactor reactor) {
    if (pool == null) {
      pool =
          new DmaPool(
              heap, new DmaPool.Options("bounce", BUFFER_BYTES, PAGE_BYTES, count, Numa.ANY_NODE));
    }
    try {
      Share share = shares.computeIfAbsent(reactor, r -> new Share(new PooledBuffers(pool, BATCH)));
      share.queues++;
      return share.buffers;
    } finally {
      closeIfUnused();
    }
  }

  /** A queue needs them no more: it is not polled, and nothing is in flight there. */
  synchronized void leave(Reactor reactor) {
    Share share = shares.get(reactor);
    if (--share.queues == 0) {
      shares.remove(reactor);
      share.buffers.close();
      closeIfUnused();
    }
  }

  private void closeIfUnused() {
    if (shares.isEmpty()) {
      pool.close();
      pool = null;
    }
  }

  /** Buffers that nobody uses; all, when there is no pool. */
  synchronized int free() {
    return pool == null ? count : pool.statistics().free();
  }
}

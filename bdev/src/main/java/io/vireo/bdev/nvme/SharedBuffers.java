package io.vireo.bdev.nvme;

import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.linux.Numa;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.DmaPool;
import io.vireo.nvme.PooledBuffers;
import io.vireo.reactor.Reactor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Bounce buffers that all drives share which see memory at the same addresses: one pool, out of
 * which each reactor takes for all its queues. Made with the first queue and given back with the
 * last. Any control thread.
 */
final class SharedBuffers {
  private static final int PAGE_BYTES = 4096;

  /** What one reactor has at hand. */
  private static final class Share {
    final PooledBuffers buffers;
    int queues;

    Share(PooledBuffers buffers) {
      this.buffers = buffers;
    }
  }

  private final DmaHeap heap;
  private final Supplier<BounceSizes> sizes;
  private final Map<Reactor, Share> shares = new HashMap<>();
  private IobufStats past = IobufStats.NONE; // of reactors that need none any more
  private BounceSizes now; // of the pool
  private DmaPool pool; // null: nobody needs any

  /**
   * @param heap memory that the drives reach
   * @param sizes of a pool that is made from now on
   */
  SharedBuffers(DmaHeap heap, Supplier<BounceSizes> sizes) {
    this.heap = heap;
    this.sizes = sizes;
  }

  /** Those of a reactor, for one more queue there. */
  synchronized PooledBuffers join(Reactor reactor) {
    if (pool == null) {
      now = sizes.get();
      pool =
          new DmaPool(
              heap,
              new DmaPool.Options("bounce", now.bytes(), PAGE_BYTES, now.count(), Numa.ANY_NODE));
    }
    try {
      Share share =
          shares.computeIfAbsent(reactor, r -> new Share(new PooledBuffers(pool, now.batch())));
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
      past = past.plus(stats(share.buffers));
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
    return pool == null ? sizes.get().count() : pool.statistics().free();
  }

  /** What they were asked for: all are of one size, the large one. */
  synchronized IobufStats stats() {
    return shares.values().stream()
        .map(share -> stats(share.buffers))
        .reduce(past, IobufStats::plus);
  }

  private static IobufStats stats(PooledBuffers buffers) {
    long fetched = buffers.fetched();
    long atHand = Math.max(0, buffers.lent() - fetched); // one may be fetched at this moment
    return new IobufStats(
        IobufStats.Pool.NONE, new IobufStats.Pool(atHand, fetched, buffers.waits()));
  }
}

package io.vireo.nvme.model;

import io.vireo.linux.Numa;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.DmaPool;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.PooledBuffers;

/** Bounce buffers that the device of a {@link ModelHost} reaches, out of a pool of their own. */
public final class ModelBuffers implements AutoCloseable {
  private static final long BLOCK_BYTES = 2 << 20;
  private static final int PAGE_BYTES = 4096;

  private final DmaHeap heap;
  private final DmaPool pool;
  private final PooledBuffers buffers;

  public ModelBuffers(ModelHost host, int count, int bufferBytes) {
    heap = heap(host);
    pool =
        new DmaPool(
            heap, new DmaPool.Options("bounce", bufferBytes, PAGE_BYTES, count, Numa.ANY_NODE));
    buffers = new PooledBuffers(pool, count);
  }

  /** Memory that the device reaches from the start. */
  public static DmaHeap heap(ModelHost... hosts) {
    MemoryRegistry registry = new MemoryRegistry();
    for (ModelHost host : hosts) {
      registry.subscribe(host);
    }
    return new DmaHeap(
        registry,
        new DmaHeap.Options(
            "model-heap", HostMemory.HugePages.NEVER, BLOCK_BYTES, 0, 64 * BLOCK_BYTES));
  }

  public PooledBuffers buffers() {
    return buffers;
  }

  /** Buffers that nobody uses. */
  public int available() {
    return pool.statistics().free();
  }

  /** Fails if a buffer has not come back. */
  @Override
  public void close() {
    buffers.close();
    pool.close();
    heap.close();
  }
}

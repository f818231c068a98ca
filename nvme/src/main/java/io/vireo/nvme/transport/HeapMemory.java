package io.vireo.nvme.transport;

import io.vireo.memreg.DmaHeap;

/** Memory for queues out of a heap that the device reaches, near the device if possible. */
public final class HeapMemory implements DmaMemory {
  private final DmaHeap heap;
  private final int numaNode;

  /**
   * @param heap registered where the device's map is subscribed; stays open
   * @param numaNode the device's, or {@code Numa.ANY_NODE}
   */
  public HeapMemory(DmaHeap heap, int numaNode) {
    this.heap = heap;
    this.numaNode = numaNode;
  }

  @Override
  public long allocate(long bytes, long alignmentBytes) {
    return heap.allocate(bytes, alignmentBytes, numaNode);
  }

  @Override
  public void free(long hva) {
    heap.free(hva);
  }
}

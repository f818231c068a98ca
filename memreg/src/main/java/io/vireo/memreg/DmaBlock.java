package io.vireo.memreg;

import java.util.Map;
import java.util.TreeMap;

/** A part of a {@link DmaHeap}: one piece of memory, registered as a whole. Guarded by the heap. */
final class DmaBlock implements AutoCloseable {
  private final MemoryRegistry registry;
  private final HostMemory memory;
  private final int numaNode;
  private final FreeRanges free = new FreeRanges();
  private final TreeMap<Long, Long> allocated = new TreeMap<>(); // bytes by address

  /**
   * @param bytes whole 2 MiB
   */
  DmaBlock(
      MemoryRegistry registry,
      String name,
      long bytes,
      HostMemory.HugePages hugePages,
      int numaNode) {
    this.registry = registry;
    this.numaNode = numaNode;
    this.memory = HostMemory.populated(bytes, name, hugePages, numaNode);
    try {
      registry.register(memory.address(), bytes);
    } catch (Throwable refused) {
      memory.close();
      throw refused;
    }
    free.add(memory.address(), bytes);
  }

  /** Where it is, or {@link FreeRanges#NONE}. */
  long allocate(long bytes, long alignmentBytes) {
    long hva = free.take(bytes, alignmentBytes);
    if (hva != FreeRanges.NONE) {
      allocated.put(hva, bytes);
    }
    return hva;
  }

  /** Gives back an allocation, which is named by where it begins. */
  void free(long hva) {
    Map.Entry<Long, Long> there = allocated.floorEntry(hva);
    if (there == null || hva - there.getKey() >= there.getValue()) {
      throw new IllegalStateException("memory at 0x%x is free already".formatted(hva));
    }
    if (there.getKey() != hva) {
      throw new IllegalStateException(
          "memory at 0x%x lies within the %d bytes that were allocated at 0x%x"
              .formatted(hva, there.getValue(), there.getKey()));
    }
    allocated.remove(hva);
    free.add(hva, there.getValue());
  }

  boolean holds(long hva) {
    return hva >= address() && hva - address() < bytes();
  }

  long address() {
    return memory.address();
  }

  long bytes() {
    return memory.bytes();
  }

  int numaNode() {
    return numaNode;
  }

  boolean hugePages() {
    return memory.hugePages();
  }

  int allocations() {
    return allocated.size();
  }

  long freeBytes() {
    return free.totalBytes();
  }

  long largestFreeBytes() {
    return free.largestBytes();
  }

  /** Gives the memory back to the kernel; nobody may have any of it. */
  @Override
  public void close() {
    try {
      registry.unregister(address(), bytes());
    } finally {
      memory.close();
    }
  }
}

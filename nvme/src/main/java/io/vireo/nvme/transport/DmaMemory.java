package io.vireo.nvme.transport;

/** Where queues and PRP lists get memory that the device can reach. One thread at a time. */
public interface DmaMemory {
  /**
   * Zeroed memory, contiguous for the device too.
   *
   * @param alignmentBytes a power of two
   * @return its host virtual address
   * @throws RuntimeException if there is none left
   */
  long allocate(long bytes, long alignmentBytes);

  /** Gives back what {@link #allocate} answered. */
  void free(long hva);
}

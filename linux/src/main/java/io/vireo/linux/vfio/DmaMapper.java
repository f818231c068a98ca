package io.vireo.linux.vfio;

import java.util.List;

/** An address space of devices, to which memory of this process is mapped. One thread at a time. */
public interface DmaMapper {
  /** Where mappings may lie, in ascending order; at least one range. */
  List<IovaRange> iovaRanges();

  /** Mappings begin and end at multiples of this. */
  long granuleBytes();

  /**
   * Lets the devices read and write memory of this process, and pins it.
   *
   * @param hva where the memory is, a multiple of the granule, as are the other two
   * @param iova what the devices call it, within one of the ranges and not mapped
   * @throws io.vireo.linux.ErrnoException when the kernel refuses it, with what to do; nothing is
   *     mapped then
   */
  void map(long hva, long iova, long bytes);

  /**
   * Takes back what was mapped, in whole calls of {@link #map}; afterwards no device reaches it.
   *
   * @throws IllegalStateException when that was not all mapped
   */
  void unmap(long iova, long bytes);
}

package io.vireo.nvme.transport;

import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemoryMap.Contiguity;

/**
 * The IOVA map that is the userspace page table: one long for each 2 MiB of host memory. Whoever
 * maps memory for the device keeps the entries up to date.
 */
public final class PageTable implements IovaMap {
  private final MemoryMap entries;

  /** With entries of its own, none of which is set. */
  public PageTable() {
    this(new MemoryMap(UNMAPPED, Contiguity.LINEAR));
  }

  /**
   * With the entries of {@code IommuMapping} or {@code PhysicalMapping}.
   *
   * @param entries linear; {@link #UNMAPPED} where nothing is set
   */
  public PageTable(MemoryMap entries) {
    if (entries.translate(MemoryMap.ADDRESS_SPACE_BYTES) != UNMAPPED) { // known of no address there
      throw new IllegalArgumentException("the entries stand for something else where none is set");
    }
    this.entries = entries;
  }

  /** The entries, for the one who maps memory. */
  public MemoryMap entries() {
    return entries;
  }

  @Override
  public long iova(long hva) {
    return entries.translate(hva);
  }

  @Override
  public long run(long hva, long maxBytes) {
    return entries.run(hva, maxBytes);
  }
}

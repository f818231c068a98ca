package io.vireo.nvme.transport;

import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemoryMap.Contiguity;

/**
 * The IOVA map that is the userspace page table: one long for each 2 MiB of host memory. Whoever
 * maps memory for the device keeps {@link #entries} up to date.
 */
public final class PageTable implements IovaMap {
  private final MemoryMap entries = new MemoryMap(UNMAPPED, Contiguity.LINEAR);

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

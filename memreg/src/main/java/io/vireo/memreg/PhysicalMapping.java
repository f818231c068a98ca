package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static io.vireo.memreg.MemoryRegistry.PAGE_BYTES;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.pci.PhysicalMemory;
import java.util.function.LongUnaryOperator;

/**
 * Where devices without an IOMMU see registered memory: at its physical addresses, which only huge
 * pages keep. Whatever else is registered stays {@link #UNMAPPED}, and its data are copied.
 *
 * <p>Only for memory of this process: nothing keeps the pages of a file when another program takes
 * them out of it, and devices would then reach whoever has them next.
 *
 * <p>Nothing stops a device without an IOMMU from reaching what was not registered: entries that a
 * region does not fill are left out, although a huge page may be behind them.
 *
 * <p>Called under the lock of one {@link MemoryRegistry}; the table is for any thread.
 */
public final class PhysicalMapping implements MemorySubscriber {
  /** What {@link #addresses} answers where devices do not reach. */
  public static final long UNMAPPED = IommuMapping.UNMAPPED;

  private final LongUnaryOperator physicalAddress;
  private final MemoryMap addresses = new MemoryMap(UNMAPPED, MemoryMap.Contiguity.LINEAR);

  /** Asks {@code memory}, which stays the caller's. */
  public PhysicalMapping(PhysicalMemory memory) {
    this(hva -> addressOfPresent(memory, hva));
  }

  /**
   * @param physicalAddress of the 2 MiB of host memory that begin at a multiple of it, if they are
   *     contiguous and stay; else {@link #UNMAPPED}
   */
  PhysicalMapping(LongUnaryOperator physicalAddress) {
    this.physicalAddress = physicalAddress;
  }

  /** One byte brings in a huge page; where there is none to be had, data are copied. */
  private static long addressOfPresent(PhysicalMemory memory, long hva) {
    try {
      Libc.madvise(hva, PAGE_BYTES, Libc.MADV_POPULATE_WRITE);
    } catch (ErrnoException e) {
      return UNMAPPED;
    }
    return memory.address(hva);
  }

  /** Physical addresses by host virtual ones: linear within an entry, and where pages follow. */
  public MemoryMap addresses() {
    return addresses;
  }

  /** A region is made of one sort of pages: where the first is not huge, none is asked for. */
  @Override
  public void registered(long hva, long bytes) {
    long first = Aligned.up(hva, ENTRY_BYTES);
    long end = hva + bytes;
    try {
      for (long at = first; end - at >= ENTRY_BYTES; at += ENTRY_BYTES) {
        long address = physicalAddress.applyAsLong(at);
        if (address != UNMAPPED) {
          addresses.set(at, ENTRY_BYTES, requireHuge(at, address));
        } else if (at == first) {
          return;
        }
      }
    } catch (Throwable refused) {
      clear(hva, bytes);
      throw refused;
    }
  }

  private static long requireHuge(long hva, long address) {
    if ((address & (ENTRY_BYTES - 1)) != 0) {
      throw new IllegalStateException(
          "huge page at 0x%x has the physical address 0x%x, no multiple of 2 MiB"
              .formatted(hva, address));
    }
    return address;
  }

  @Override
  public void unregistered(long hva, long bytes) {
    clear(hva, bytes);
  }

  private void clear(long hva, long bytes) {
    long first = hva & -ENTRY_BYTES; // no other region has any of these entries
    addresses.clear(first, Aligned.up(hva + bytes, ENTRY_BYTES) - first);
  }
}

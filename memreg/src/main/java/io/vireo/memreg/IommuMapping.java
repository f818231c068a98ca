package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ADDRESS_SPACE_BYTES;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.vfio.DmaMapper;
import io.vireo.linux.vfio.IovaRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Maps registered memory for the devices behind an IOMMU, and thereby pins it; {@link #iovas} tells
 * where they see it.
 *
 * <p>A device's address is the host's where the IOMMU's ranges allow, else the lowest that is free;
 * either way both agree modulo 2 MiB, so that one entry of the table holds for its 2 MiB and huge
 * pages stay huge for the IOMMU. Exactly the registered pages are mapped. What else lies in a
 * region's first and last entry is translated too, to addresses that belong to this region alone
 * and are not mapped: whoever asked for it, against the bounds that {@link GuestMemory} and {@link
 * DmaHeap} give, would meet a fault of the IOMMU and nobody's memory.
 *
 * <p>The kernel is asked for at most 1 GiB at a time: it takes a large guest's pages one by one and
 * lets others of the process in between. Each piece is unmapped as it was mapped, as VFIO wants it.
 *
 * <p>Called under the lock of one {@link MemoryRegistry}; the table is for any thread: 2 to 3 ns an
 * address, whether a guest has 1 GiB or 1 TiB (MemoryMapBenchmark).
 */
public final class IommuMapping implements MemorySubscriber {
  /** What {@link #iovas} answers where no device reaches. */
  public static final long UNMAPPED = -1;

  /** Pieces end at multiples of this, so that no huge page of 1 GiB is cut. */
  static final long PIECE_BYTES = 1L << 30;

  private final DmaMapper mapper;
  private final List<IovaRange> ranges;
  private final long granuleBytes;
  private final FreeRanges free = new FreeRanges(); // whole 2 MiB entries of the device's addresses
  private final Map<Long, Long> firstIovas = new HashMap<>(); // of each region's entries, by hva
  private final MemoryMap iovas = new MemoryMap(UNMAPPED, MemoryMap.Contiguity.LINEAR);

  /**
   * For one address space of devices, in which nothing is mapped.
   *
   * @throws IllegalArgumentException if the IOMMU's page is larger than 2 MiB
   */
  public IommuMapping(DmaMapper mapper) {
    this.mapper = mapper;
    this.ranges = mapper.iovaRanges();
    this.granuleBytes = mapper.granuleBytes();
    if (granuleBytes > ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "the IOMMU's pages of %d bytes are larger than 2 MiB".formatted(granuleBytes));
    }
    ranges.forEach(this::addEntriesWithin);
  }

  /** Address 0 stays unused: to devices and drivers it means that there is none. */
  private void addEntriesWithin(IovaRange range) {
    long most = ADDRESS_SPACE_BYTES - 1;
    if (Long.compareUnsigned(range.first(), most) > 0) {
      return;
    }
    long first = Math.max(ENTRY_BYTES, Aligned.up(range.first(), ENTRY_BYTES));
    long last = Long.compareUnsigned(range.last(), most) > 0 ? most : range.last();
    long end = (last + 1) & -ENTRY_BYTES;
    if (first < end) {
      free.add(first, end - first);
    }
  }

  /**
   * Where devices see host memory: linear, {@link #UNMAPPED} where they do not. What was found here
   * holds until the region's end is told to the registry.
   */
  public MemoryMap iovas() {
    return iovas;
  }

  @Override
  public void registered(long hva, long bytes) {
    if (((hva | bytes) & (granuleBytes - 1)) != 0) {
      String why = "the IOMMU's pages have %d bytes".formatted(granuleBytes);
      throw refusal(Errno.EINVAL, hva, bytes, why);
    }
    long firstEntry = hva & -ENTRY_BYTES;
    long entriesBytes = Aligned.up(hva + bytes, ENTRY_BYTES) - firstEntry;
    long firstIova = takeIovas(firstEntry, entriesBytes);
    if (firstIova == FreeRanges.NONE) {
      throw noRoom(hva, bytes);
    }
    map(hva, bytes, firstIova);
    firstIovas.put(hva, firstIova);
    iovas.set(firstEntry, entriesBytes, firstIova);
  }

  private long takeIovas(long firstEntry, long bytes) {
    return free.takeAt(firstEntry, bytes) ? firstEntry : free.take(bytes, ENTRY_BYTES);
  }

  private ErrnoException noRoom(long hva, long bytes) {
    String room =
        "the IOMMU has %d bytes free, %d of them in one piece, within %s"
            .formatted(free.totalBytes(), free.largestBytes(), ranges);
    String advice =
        "give guests less memory, or take an IOMMU with more address bits (QEMU:"
            + " intel-iommu,aw-bits=48)";
    return refusal(Errno.ENOSPC, hva, bytes, room + "; " + advice);
  }

  private static ErrnoException refusal(int errno, long hva, long bytes, String advice) {
    String what = "of 0x%x bytes at 0x%x".formatted(bytes, hva);
    return new ErrnoException("map for DMA", errno, what, advice);
  }

  /** Maps all pieces, or none. */
  private void map(long hva, long bytes, long firstIova) {
    long delta = firstIova - (hva & -ENTRY_BYTES);
    long end = hva + bytes;
    long at = hva;
    try {
      while (at < end) {
        long to = Math.min(end, endOfPiece(at));
        mapper.map(at, at + delta, to - at);
        at = to;
      }
    } catch (Throwable refused) {
      Throwable failed = unmapPieces(hva, at, delta);
      if (failed != null) {
        refused.addSuppressed(failed);
      } else {
        giveBack(hva, bytes, firstIova);
      }
      throw refused;
    }
  }

  private static long endOfPiece(long hva) {
    return (hva & -PIECE_BYTES) + PIECE_BYTES;
  }

  private void giveBack(long hva, long bytes, long firstIova) {
    free.add(firstIova, Aligned.up(hva + bytes, ENTRY_BYTES) - (hva & -ENTRY_BYTES));
  }

  @Override
  public void unregistered(long hva, long bytes) {
    long firstEntry = hva & -ENTRY_BYTES;
    long firstIova = firstIovas.remove(hva);
    iovas.clear(firstEntry, Aligned.up(hva + bytes, ENTRY_BYTES) - firstEntry);
    Throwable failed = unmapPieces(hva, hva + bytes, firstIova - firstEntry);
    switch (failed) {
      case null -> giveBack(hva, bytes, firstIova);
      case Error error -> throw error;
      default -> throw (RuntimeException) failed; // these addresses are not used again
    }
  }

  /** Unmaps what was mapped from {@code hva} to {@code end}; answers the first failure, or null. */
  private Throwable unmapPieces(long hva, long end, long delta) {
    Throwable first = null;
    for (long at = hva; at < end; at = endOfPiece(at)) {
      try {
        mapper.unmap(at + delta, Math.min(end, endOfPiece(at)) - at);
      } catch (RuntimeException | Error failed) {
        if (first == null) {
          first = failed;
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    return first;
  }
}

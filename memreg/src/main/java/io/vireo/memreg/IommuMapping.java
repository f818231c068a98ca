package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.vfio.DmaMapper;
import java.util.HashMap;
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
  private final IovaSpace space = new IovaSpace();
  private final Map<Long, Long> firstIovas = new HashMap<>(); // of each region's entries, by hva
  private final MemoryMap iovas = new MemoryMap(UNMAPPED, MemoryMap.Contiguity.LINEAR);

  /** For one address space of devices, in which nothing is mapped. */
  public IommuMapping(DmaMapper mapper) {
    this.mapper = mapper;
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
    long granuleBytes = mapper.granuleBytes(); // may change, as the ranges, with each group
    if (((hva | bytes) & (granuleBytes - 1)) != 0) {
      String why = "the IOMMU's pages have %d bytes".formatted(granuleBytes);
      throw refusal(Errno.EINVAL, hva, bytes, why);
    }
    long firstEntry = hva & -ENTRY_BYTES;
    long entriesBytes = Aligned.up(hva + bytes, ENTRY_BYTES) - firstEntry;
    space.allow(mapper.iovaRanges());
    long firstIova = space.take(firstEntry, entriesBytes);
    if (firstIova == IovaSpace.NONE) {
      throw noRoom(hva, bytes);
    }
    map(hva, bytes, firstIova);
    firstIovas.put(hva, firstIova);
    iovas.set(firstEntry, entriesBytes, firstIova);
  }

  private ErrnoException noRoom(long hva, long bytes) {
    String advice =
        "give guests less memory, or take an IOMMU with more address bits (QEMU:"
            + " intel-iommu,aw-bits=48)";
    return refusal(Errno.ENOSPC, hva, bytes, "the IOMMU has " + space + "; " + advice);
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
        space.giveBack(firstIova);
      }
      throw refused;
    }
  }

  private static long endOfPiece(long hva) {
    return (hva & -PIECE_BYTES) + PIECE_BYTES;
  }

  @Override
  public void unregistered(long hva, long bytes) {
    long firstEntry = hva & -ENTRY_BYTES;
    long firstIova = firstIovas.remove(hva);
    iovas.clear(firstEntry, Aligned.up(hva + bytes, ENTRY_BYTES) - firstEntry);
    Throwable failed = unmapPieces(hva, hva + bytes, firstIova - firstEntry);
    switch (failed) {
      case null -> space.giveBack(firstIova);
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

package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.Sqe;

/**
 * Describes data as physical region pages (Base 4.1.1). Reactor thread only.
 *
 * <pre>
 *   PRP1  first page, from an offset on that is a multiple of 4
 *   PRP2  nothing, the second page, or a list of pages
 *   list  one long a page; when more follow than fit, its last long is where the list goes on
 * </pre>
 *
 * <p>Every page but the first begins at its start, every page but the last is used to its end:
 * pieces of data that meet in the middle of a page cannot be said so. Each address is translated
 * once a page.
 */
final class PrpList {
  private static final int DWORD_MASK = Integer.BYTES - 1;

  private final IovaMap map;
  private final int pageBytes;
  private final long inPage;

  /**
   * @param pageBytes the memory page of CC.MPS, from 4 KiB to 2 MiB
   */
  PrpList(IovaMap map, int pageBytes) {
    this.map = map;
    this.pageBytes = pageBytes;
    this.inPage = pageBytes - 1L;
  }

  /** How much memory the lists of requests of that size need, in whole pages. */
  static int listBytes(int maxTransferBytes, int pageBytes) {
    int entriesOfPage = pageBytes / Long.BYTES;
    long entries = (maxTransferBytes + (long) pageBytes - 2) / pageBytes; // behind the first page
    long pages = Math.max(1, (entries + entriesOfPage - 3) / (entriesOfPage - 1));
    return Math.toIntExact(pages * pageBytes);
  }

  /**
   * Writes the data pointer of {@code sqe}.
   *
   * @param listHva where a list may be written, aligned to a page and large enough for the request
   * @param listIova the same as the device sees it
   * @return {@link TransportQueue#SUBMITTED}, or why not
   */
  int describe(NvmeRequest request, long sqe, long listHva, long listIova) {
    long hva = request.hva(0);
    long bytes = request.bytes(0);
    long first = map.iova(hva);
    if (first == IovaMap.UNMAPPED) {
      return TransportQueue.UNMAPPED;
    }
    if (((first & DWORD_MASK) | ((first ^ hva) & inPage)) != 0) {
      return TransportQueue.MISALIGNED;
    }
    long done = Math.min(bytes, pageBytes - (first & inPage));
    if (done == request.totalBytes()) {
      Sqe.putDataPointer(sqe, first, 0);
      return TransportQueue.SUBMITTED;
    }
    return describeRest(request, sqe, first, done, listHva, listIova);
  }

  /** How many bytes from the first on can be described so. */
  long describable(NvmeRequest request) {
    if ((request.hva(0) & DWORD_MASK) != 0) {
      return 0;
    }
    long total = 0;
    for (int i = 0; i < request.pieces(); i++) {
      long hva = request.hva(i);
      if (i > 0 && (hva & inPage) != 0) {
        break;
      }
      long mapped = mapped(hva, request.bytes(i));
      total += mapped;
      if (mapped < request.bytes(i) || (hva + mapped & inPage) != 0) {
        break;
      }
    }
    return total;
  }

  /** How many bytes from there on the device can reach, and sees at the same place in a page. */
  private long mapped(long hva, long bytes) {
    long at = hva;
    long end = hva + bytes;
    while (at < end) {
      long iova = map.iova(at);
      if (iova == IovaMap.UNMAPPED || ((iova ^ at) & inPage) != 0) {
        break;
      }
      at += map.run(at, end - at);
    }
    return at - hva;
  }

  private int describeRest(
      NvmeRequest request, long sqe, long first, long firstBytes, long listHva, long listIova) {
    long at = listHva;
    long endOfListPage = listHva + pageBytes;
    long skip = firstBytes;
    for (int i = 0; i < request.pieces(); i++) {
      long hva = request.hva(i) + skip;
      long end = request.hva(i) + request.bytes(i);
      boolean toPageEnd = (end & inPage) == 0 || i == request.pieces() - 1;
      if (((hva & inPage) != 0 && hva != end) || !toPageEnd) {
        return TransportQueue.MISALIGNED;
      }
      for (; hva < end; hva += pageBytes) {
        long iova = map.iova(hva);
        if (iova == IovaMap.UNMAPPED) {
          return TransportQueue.UNMAPPED;
        }
        if ((iova & inPage) != 0) {
          return TransportQueue.MISALIGNED;
        }
        if (at == endOfListPage) {
          at = goOn(at, listIova + (at - listHva));
          endOfListPage += pageBytes;
        }
        Mem.putLong(at, iova);
        at += Long.BYTES;
      }
      skip = 0;
    }
    boolean onePage = at == listHva + Long.BYTES;
    Sqe.putDataPointer(sqe, first, onePage ? Mem.getLong(listHva) : listIova);
    return TransportQueue.SUBMITTED;
  }

  /** Moves the last entry of a full page to the next page, and has the full one point there. */
  private static long goOn(long nextPage, long nextPageIova) {
    Mem.putLong(nextPage, Mem.getLong(nextPage - Long.BYTES));
    Mem.putLong(nextPage - Long.BYTES, nextPageIova);
    return nextPage + Long.BYTES;
  }
}

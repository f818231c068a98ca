package io.vireo.nvme.transport;

import io.vireo.linux.Mem;
import io.vireo.nvme.spec.SglDescriptor;
import io.vireo.nvme.spec.Sqe;

/**
 * Describes data as a scatter gather list (Base 4.1.2). Reactor thread only.
 *
 * <p>One run of memory lies in the command itself; several lie in one last segment, which is
 * contiguous for the device and therefore of any length. Pieces may begin and end anywhere that the
 * controller's alignment allows.
 */
final class SglList {
  private static final long MAX_BLOCK_BYTES = 0xffff_f000L;

  private final IovaMap map;
  private final long alignmentMask;

  /**
   * @param alignmentBytes what addresses and lengths must be multiples of, a power of two
   */
  SglList(IovaMap map, int alignmentBytes) {
    this.map = map;
    this.alignmentMask = alignmentBytes - 1L;
  }

  /**
   * Writes the data pointer of {@code sqe}; the caller sets PSDT.
   *
   * @param listHva where {@code listBytes} may be written
   * @param listIova the same as the device sees it
   * @return {@link TransportQueue#SUBMITTED}, or why not
   */
  int describe(NvmeRequest request, long sqe, long listHva, long listIova, int listBytes) {
    long at = listHva;
    long end = listHva + listBytes - listBytes % SglDescriptor.BYTES;
    for (int i = 0; i < request.pieces(); i++) {
      long hva = request.hva(i);
      long left = request.bytes(i);
      while (left > 0) {
        long iova = map.iova(hva);
        if (iova == IovaMap.UNMAPPED) {
          return TransportQueue.UNMAPPED;
        }
        long bytes = map.run(hva, Math.min(left, MAX_BLOCK_BYTES));
        if (((iova | bytes) & alignmentMask) != 0) {
          return TransportQueue.MISALIGNED;
        }
        if (at == end) {
          return TransportQueue.TOO_LONG;
        }
        SglDescriptor.put(at, iova, SglDescriptor.lengthAndType(bytes, SglDescriptor.DATA_BLOCK));
        at += SglDescriptor.BYTES;
        hva += bytes;
        left -= bytes;
      }
    }
    putPointer(sqe, listHva, listIova, at - listHva);
    return TransportQueue.SUBMITTED;
  }

  /** How many bytes from the first on can be described so, by a list of {@code listBytes}. */
  long describable(NvmeRequest request, int listBytes) {
    long total = 0;
    int left = listBytes / SglDescriptor.BYTES;
    for (int i = 0; i < request.pieces(); i++) {
      long hva = request.hva(i);
      long end = hva + request.bytes(i);
      while (hva < end) {
        long iova = map.iova(hva);
        if (iova == IovaMap.UNMAPPED || (iova & alignmentMask) != 0 || left-- == 0) {
          return total;
        }
        long bytes = map.run(hva, Math.min(end - hva, MAX_BLOCK_BYTES));
        hva += bytes;
        total += bytes;
        if ((bytes & alignmentMask) != 0) {
          return total & ~alignmentMask;
        }
      }
    }
    return total;
  }

  private static void putPointer(long sqe, long listHva, long listIova, long usedBytes) {
    if (usedBytes == SglDescriptor.BYTES) {
      Mem.copy(listHva, sqe + Sqe.DPTR, SglDescriptor.BYTES);
    } else {
      long segment = SglDescriptor.lengthAndType(usedBytes, SglDescriptor.LAST_SEGMENT);
      Sqe.putDataPointer(sqe, listIova, segment);
    }
  }
}

package io.vireo.nvme.transport;

import io.vireo.memreg.MemoryMap;
import io.vireo.nvme.spec.Cqe;
import io.vireo.nvme.spec.Sqe;

/** A queue's rings and the lists of its requests: memory that the device reaches. */
final class PcieQueueMemory implements AutoCloseable {
  private final DmaMemory source;
  private final int pageBytes;
  private final int listBytes;
  private final long sq;
  private final long cq;
  private final long lists;
  private final long sqIova;
  private final long cqIova;
  private final long[] listIovas;

  PcieQueueMemory(QueueOptions options, int pageBytes, DmaMemory source, IovaMap map) {
    this.source = source;
    this.pageBytes = pageBytes;
    this.listBytes = powerOfTwo(PrpList.listBytes(options.maxTransferBytes(), pageBytes));
    long sqBytes = (long) options.entries() * Sqe.BYTES;
    long cqBytes = (long) options.entries() * Cqe.BYTES;
    long[] parts = {sqBytes, cqBytes, (long) options.requests() * listBytes};
    long[] alignments = {alignment(sqBytes, pageBytes), alignment(cqBytes, pageBytes), listBytes};
    long[] hvas = allocate(parts, alignments, source);
    this.sq = hvas[0];
    this.cq = hvas[1];
    this.lists = hvas[2];
    this.listIovas = new long[options.requests()];
    try {
      this.sqIova = contiguous(map, sq, sqBytes);
      this.cqIova = contiguous(map, cq, cqBytes);
      for (int slot = 0; slot < listIovas.length; slot++) {
        listIovas[slot] = contiguous(map, listHva(slot), listBytes);
      }
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
  }

  /** So that what is no larger than a huge page lies in one. */
  private static long alignment(long bytes, int pageBytes) {
    return Math.clamp(powerOfTwo((int) bytes), pageBytes, MemoryMap.ENTRY_BYTES);
  }

  private static int powerOfTwo(int atLeast) {
    return 1 << (Integer.SIZE - Integer.numberOfLeadingZeros(atLeast - 1));
  }

  private static long[] allocate(long[] parts, long[] alignments, DmaMemory source) {
    long[] hvas = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        hvas[i] = source.allocate(parts[i], alignments[i]);
      } catch (RuntimeException e) {
        while (i > 0) {
          source.free(hvas[--i]);
        }
        throw e;
      }
    }
    return hvas;
  }

  /** Where the device sees memory that is to be in one piece for it. */
  static long contiguous(IovaMap map, long hva, long bytes) {
    long iova = map.iova(hva);
    if (iova == IovaMap.UNMAPPED || map.run(hva, bytes) != bytes) {
      throw new IllegalStateException(
          "%d bytes of queue memory at 0x%x are not contiguous for the device; fewer entries need less"
              .formatted(bytes, hva));
    }
    return iova;
  }

  int pageBytes() {
    return pageBytes;
  }

  long sq() {
    return sq;
  }

  long cq() {
    return cq;
  }

  long sqIova() {
    return sqIova;
  }

  long cqIova() {
    return cqIova;
  }

  /** Where the request in that slot may write a list. */
  long listHva(int slot) {
    return lists + (long) slot * listBytes;
  }

  long listIova(int slot) {
    return listIovas[slot];
  }

  int listBytes() {
    return listBytes;
  }

  @Override
  public void close() {
    source.free(sq);
    source.free(cq);
    source.free(lists);
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.CopyRange;
import io.vireo.nvme.spec.DsmRange;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.transport.NvmeRequest;

/**
 * Writes the ranges of an I/O as the data of a dataset management (NVM 3.2.3) or copy command (NVM
 * 3.2.2). Reactor thread only.
 *
 * @param ranges the most of one command
 * @param rangeBlocks the most blocks of one of them
 * @param allBlocks the most blocks of all of them
 */
record RangeList(int ranges, long rangeBlocks, long allBlocks) {
  /**
   * Makes a command of the next ranges.
   *
   * @param listHva where they are written
   * @return how many blocks it does
   */
  long write(NvmeIo io, NvmeRequest request, long listHva, int listBytes) {
    boolean copies = io.opcode() == NvmOpcode.COPY;
    int entryBytes = copies ? CopyRange.BYTES : DsmRange.BYTES;
    int most = Math.min(ranges, listBytes / entryBytes);
    IoProgress progress = io.progress();
    NvmeRequest from = io.data();
    long to = io.lba() + progress.begunBlocks(); // of a copy
    int piece = progress.piece();
    long skip = progress.pieceBytes();
    long blocks = 0;
    int count = 0;
    while (count < most && blocks < allBlocks && piece < from.pieces()) {
      long length = Math.min(from.bytes(piece) - skip, Math.min(rangeBlocks, allBlocks - blocks));
      long at = listHva + (long) count * entryBytes;
      long lba = from.hva(piece) + skip;
      if (copies) {
        CopyRange.put(at, lba, length, io.tagsOfSource(lba, to + blocks));
      } else {
        DsmRange.put(at, lba, length);
      }
      count++;
      blocks += length;
      skip += length;
      if (skip == from.bytes(piece)) {
        piece++;
        skip = 0;
      }
    }
    request.clearData();
    request.addData(listHva, (long) count * entryBytes);
    request.command(io.opcode(), io.target().namespaceId());
    if (copies) {
      request.cdw10and11(to);
      request.cdw12and13(io.cdw12and13() | count - 1);
      request.cdw14and15(io.tagsAt(to));
    } else {
      request.cdw10and11((long) NvmOpcode.DSM_DEALLOCATE << 32 | count - 1);
    }
    return blocks;
  }
}

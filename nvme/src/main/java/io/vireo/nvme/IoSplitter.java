package io.vireo.nvme;

import io.vireo.linux.FaultPoint;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.Sqe;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;

/**
 * Cuts I/Os into commands that the controller takes, and copies data that it cannot take where they
 * lie. Reactor thread only.
 *
 * <pre>
 *   command      as long as MDTS, the optimal boundary and the pieces of a request allow
 *   its data     in place, up to where alignment, a gap or memory without an IOVA ends that;
 *                or in a bounce buffer, up to where data in place are worth a command again
 * </pre>
 *
 * <p>Nothing is made here: as many commands as can be in flight were made with the queue pair.
 */
final class IoSplitter {
  /** Pieces of one command: their SGL descriptors fit in a page, even if each is cut once. */
  private static final int MAX_PIECES = 128;

  /** A stretch that is shorter is copied with its neighbours: that costs less than a command. */
  private static final long WORTH_A_COMMAND_BYTES = 4096;

  private final IoQueuePair pair;
  private final BounceBuffers buffers;
  private final IoCounters counters = new IoCounters();
  private final PartCommand[] free;
  private int freeCount;

  IoSplitter(IoQueuePair pair, int commands, BounceBuffers buffers) {
    this.pair = pair;
    this.buffers = buffers;
    this.free = new PartCommand[commands];
    for (int i = 0; i < free.length; i++) {
      free[i] = new PartCommand(this, MAX_PIECES);
    }
    freeCount = free.length;
  }

  IoCounters counters() {
    return counters;
  }

  /**
   * Sends as much of an I/O as there is room for.
   *
   * @return SUBMITTED when nothing is left to be sent; FULL: call again later; or MISALIGNED: there
   *     is no way for the data, what was begun of it goes on
   * @throws InternalError if memory of the data has gone
   */
  int advance(NvmeIo io) {
    if (io.kind() == NvmeIo.Kind.FUSED) {
      return io.progress().hasMore() ? sendFused(io) : TransportQueue.SUBMITTED;
    }
    if (io.kind() == NvmeIo.Kind.BLOCKS && !io.progress().hasBegun()) {
      int taken = sendWhole(io);
      if (taken == TransportQueue.SUBMITTED || taken == TransportQueue.FULL) {
        return taken;
      }
    }
    while (io.progress().hasMore()) {
      int taken = sendPart(io);
      if (taken != TransportQueue.SUBMITTED) {
        return taken;
      }
    }
    return TransportQueue.SUBMITTED;
  }

  private int sendWhole(NvmeIo io) {
    if (!io.target().isOneCommand(io)) {
      return TransportQueue.TOO_LONG;
    }
    int taken = pair.submit(io.wholeCommand());
    if (taken == TransportQueue.SUBMITTED) {
      io.progress().commandBegun(); // its end is told without this account
    }
    return taken;
  }

  private int sendPart(NvmeIo io) {
    if (freeCount == 0 || pair.room() == 0) {
      return TransportQueue.FULL;
    }
    PartCommand part = free[--freeCount];
    int taken = TransportQueue.FULL;
    try {
      long blocks = io.kind() == NvmeIo.Kind.RANGES ? list(io, part) : describe(io, part);
      taken = blocks <= 0 ? (int) blocks : pair.submit(part.request());
      if (taken == TransportQueue.SUBMITTED) {
        begun(io, part, blocks);
      }
    } finally {
      if (taken != TransportQueue.SUBMITTED) {
        give(part);
      }
    }
    return taken;
  }

  private void begun(NvmeIo io, PartCommand part, long blocks) {
    if (!io.progress().hasBegun()) {
      counters.split();
    }
    part.begin(io);
    io.progress().pass(blocks);
  }

  /** Makes the command for the next ranges; answers for how many blocks, or FULL. */
  private long list(NvmeIo io, PartCommand part) {
    long buffer = lend(part);
    return buffer == 0
        ? TransportQueue.FULL
        : io.target().rangesOf(io).write(io, part.request(), buffer, buffers.bytes());
  }

  /** Makes the command for the next blocks; answers for how many, or FULL or MISALIGNED. */
  private long describe(NvmeIo io, PartCommand part) {
    IoProgress progress = io.progress();
    long lba = io.lba() + progress.begunBlocks();
    long blocks = io.target().commandBlocks().of(io, lba, progress.blocksLeft());
    io.put(part.request(), lba, blocks); // place() looks at the opcode
    if (io.unitBytes() > 0) {
      blocks = place(io, part, blocks);
      if (blocks > 0) {
        io.put(part.request(), lba, blocks);
      }
    }
    return blocks;
  }

  /** Two commands or none; each has its half of the data in one place. */
  private int sendFused(NvmeIo io) {
    if (freeCount < 2 || pair.room() < 2) {
      return TransportQueue.FULL;
    }
    PartCommand compare = free[--freeCount];
    PartCommand write = free[--freeCount];
    int taken = TransportQueue.FULL;
    try {
      taken = describeFused(io, compare, write);
      if (taken == TransportQueue.SUBMITTED) {
        taken = pair.submitFused(compare.request(), write.request());
      }
    } finally {
      if (taken == TransportQueue.SUBMITTED) {
        compare.begin(io);
        write.begin(io);
        io.progress().pass(1);
      } else {
        io.progress().rewind();
        give(write);
        give(compare);
      }
    }
    return taken;
  }

  private int describeFused(NvmeIo io, PartCommand compare, PartCommand write) {
    putFused(io, compare.request(), NvmOpcode.COMPARE | Sqe.FUSE_FIRST);
    long placed = place(io, compare, 1);
    if (placed > 0) {
      io.progress().pass(1);
      putFused(io, write.request(), NvmOpcode.WRITE | Sqe.FUSE_SECOND);
      placed = place(io, write, 1);
    }
    return placed > 0 ? TransportQueue.SUBMITTED : (int) placed;
  }

  private static void putFused(NvmeIo io, NvmeRequest request, int opcode) {
    request.command(opcode, io.target().namespaceId());
    request.cdw10and11(io.lba());
    request.cdw12and13(io.cdw12and13());
    request.cdw14and15(io.tagsAt(io.lba()));
  }

  /** Gives a command its data; answers for how many blocks, or FULL or MISALIGNED. */
  private long place(NvmeIo io, PartCommand part, long maxBlocks) {
    IoProgress progress = io.progress();
    int unit = io.unitBytes();
    int unitApart = io.unitMetadataBytes();
    NvmeRequest request = part.request();
    request.copyPieces(io.data(), progress.piece(), progress.pieceBytes(), maxBlocks * unit);
    long metadata = io.metadataHva() + progress.begunBlocks() * unitApart;
    request.metadata(metadata, maxBlocks * unitApart);
    long inPlace = pair.describable(request) / unit;
    boolean isWorth = inPlace * unit >= Math.min(WORTH_A_COMMAND_BYTES, maxBlocks * unit);
    boolean canCopy = buffers.bytes() >= unit + unitApart;
    if (inPlace > 0 && (isWorth || !canCopy)) {
      request.truncate(inPlace * unit);
      request.metadata(metadata, inPlace * unitApart);
      return inPlace;
    }
    if (!canCopy) {
      return TransportQueue.MISALIGNED;
    }
    return copy(io, part, Math.min(maxBlocks, buffers.bytes() / (unit + unitApart)));
  }

  private long copy(NvmeIo io, PartCommand part, long maxBlocks) {
    if (lend(part) == 0) {
      return TransportQueue.FULL;
    }
    long blocks = blocksToCopy(io, part.request(), maxBlocks);
    long bytes = blocks * io.unitBytes();
    long metadataBytes = blocks * io.unitMetadataBytes();
    part.copyIn(io, bytes, metadataBytes);
    FaultPoint.pass(); // before the command, of which the error would not know
    counters.bounced(bytes + metadataBytes);
    return blocks;
  }

  private long lend(PartCommand part) {
    long buffer = buffers.take();
    if (buffer == 0) {
      counters.bufferWait();
    }
    part.lend(buffer);
    return buffer;
  }

  /** How many blocks come before the first from which on enough data can stay in place. */
  private long blocksToCopy(NvmeIo io, NvmeRequest scratch, long maxBlocks) {
    IoProgress progress = io.progress();
    int unit = io.unitBytes();
    long rest = progress.blocksLeft() * unit;
    NvmeRequest data = io.data();
    long start = data.bytes(progress.piece()) - progress.pieceBytes(); // of the next piece
    for (int i = progress.piece() + 1; start < maxBlocks * unit; i++) {
      long block = (start + unit - 1) / unit; // the first that begins in it
      long skip = block * unit - start;
      if (block < maxBlocks && skip < data.bytes(i)) {
        long enough = Math.min(WORTH_A_COMMAND_BYTES, rest - block * unit);
        scratch.copyPieces(data, i, skip, enough);
        if (pair.describable(scratch) >= enough) {
          return block;
        }
      }
      start += data.bytes(i);
    }
    return maxBlocks;
  }

  /** Takes back a command that ended, or was not sent, and its buffer. */
  void give(PartCommand part) {
    long buffer = part.takeBuffer();
    if (buffer != 0) {
      buffers.give(buffer);
    }
    part.request().clearData(); // the next I/O may have none
    free[freeCount++] = part;
  }
}

package io.vireo.nvme;

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

  private static final int DATA_TO_CONTROLLER = 0b01; // in an opcode (Base 3.3.3.1, figure 87)

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
    if (!io.hasBegun()) {
      int taken = sendWhole(io);
      if (taken == TransportQueue.SUBMITTED || taken == TransportQueue.FULL) {
        return taken;
      }
    }
    while (io.hasMore()) {
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
      io.begin();
    }
    return taken;
  }

  private int sendPart(NvmeIo io) {
    if (freeCount == 0 || pair.isFull()) {
      return TransportQueue.FULL;
    }
    PartCommand part = free[--freeCount];
    int taken = TransportQueue.FULL;
    try {
      taken = send(io, part);
    } finally {
      if (taken != TransportQueue.SUBMITTED) {
        give(part);
      }
    }
    return taken;
  }

  private int send(NvmeIo io, PartCommand part) {
    long lba = io.nextLba();
    long blocks = io.target().commandBlocks(io, lba, io.blocksLeft());
    if (io.unitBytes() > 0) {
      blocks = place(io, part, blocks);
      if (blocks <= 0) {
        return (int) blocks;
      }
    }
    io.put(part.request(), lba, blocks);
    int taken = pair.submit(part.request());
    if (taken == TransportQueue.SUBMITTED) {
      if (!io.hasBegun()) {
        counters.split();
      }
      part.begin(io);
      io.begun(blocks);
    }
    return taken;
  }

  /** Gives a command its data; answers for how many blocks, or FULL or MISALIGNED. */
  private long place(NvmeIo io, PartCommand part, long maxBlocks) {
    int unit = io.unitBytes();
    NvmeRequest request = part.request();
    request.copyPieces(io.data(), io.piece(), io.pieceBytes(), maxBlocks * unit);
    long inPlace = pair.describable(request) / unit;
    boolean isWorth = inPlace * unit >= Math.min(WORTH_A_COMMAND_BYTES, maxBlocks * unit);
    boolean canCopy = buffers.bytes() >= unit;
    if (inPlace > 0 && (isWorth || !canCopy)) {
      request.truncate(inPlace * unit);
      return inPlace;
    }
    if (!canCopy) {
      return TransportQueue.MISALIGNED;
    }
    return copy(io, part, Math.min(maxBlocks, buffers.bytes() / unit));
  }

  private long copy(NvmeIo io, PartCommand part, long maxBlocks) {
    long buffer = buffers.take();
    if (buffer == 0) {
      counters.bufferWait();
      return TransportQueue.FULL;
    }
    long blocks = blocksToCopy(io, part.request(), maxBlocks);
    long bytes = blocks * io.unitBytes();
    part.lend(buffer, bytes, io.begunBytes());
    if ((io.opcode() & DATA_TO_CONTROLLER) != 0) {
      io.data().gather(io.begunBytes(), buffer, bytes);
    }
    counters.bounced(bytes);
    return blocks;
  }

  /** How many blocks come before the first from which on enough data can stay in place. */
  private long blocksToCopy(NvmeIo io, NvmeRequest scratch, long maxBlocks) {
    int unit = io.unitBytes();
    long rest = io.blocksLeft() * unit;
    NvmeRequest data = io.data();
    long start = data.bytes(io.piece()) - io.pieceBytes(); // of the next piece, from here
    for (int i = io.piece() + 1; start < maxBlocks * unit; i++) {
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
    free[freeCount++] = part;
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.transport.TransportQueue;

/**
 * One namespace over one queue pair: I/Os of any length, anywhere in memory. Reactor thread only:
 * that of the queue pair.
 *
 * <pre>
 *   NvmeIo io = new NvmeIo(owner, 256);             // once
 *   io.clearData();
 *   io.addData(hva, bytes);                         // each piece
 *   int taken = namespace.read(io, lba, blocks);    // SUBMITTED, or why not
 *   pair.ring();                                    // once for all that were taken
 *   pair.poll(budget);                              // calls the owners of what ended
 * </pre>
 *
 * <p>What is taken ends exactly once, whatever happens to the controller. Nothing is refused for
 * want of room: an I/O that cannot be sent at once, or not all of it, waits for its turn in the
 * queue pair, first come, first served, and those that come after it wait too. An I/O that is more
 * than the controller's longest command is cut; data that the controller cannot take where they lie
 * go through the queue pair's {@link BounceBuffers}. After an error the rest of an I/O is not sent.
 *
 * <p>Refusals, with which nothing happened:
 *
 * <ul>
 *   <li>{@link IoQueuePair#OUT_OF_RANGE}, {@link IoQueuePair#WRONG_LENGTH}: the caller's mistake
 *   <li>{@link TransportQueue#MISALIGNED}, {@link TransportQueue#UNMAPPED}: the controller cannot
 *       take the data where they lie, and there are no bounce buffers that could hold a block
 * </ul>
 */
public final class NamespaceQueue {
  private final IoQueuePair pair;
  private final NvmeNamespace namespace;
  private final int namespaceId;
  private final long allBlocks;
  private final int blockBytes;
  private final long dataBlocks; // the most of a command with data
  private final long plainBlocks; // the most of a command without
  private final long boundaryBlocks; // no command with data crosses a multiple of it

  /**
   * @param maxTransferBytes the most data of a command, at least a block
   */
  NamespaceQueue(IoQueuePair pair, NvmeNamespace namespace, int maxTransferBytes) {
    this.pair = pair;
    this.namespace = namespace;
    this.namespaceId = namespace.id();
    this.allBlocks = namespace.blocks();
    this.blockBytes = namespace.blockBytes();
    this.dataBlocks = Math.clamp(maxTransferBytes / blockBytes, 1, IoQueuePair.MAX_BLOCKS);
    this.plainBlocks = IoQueuePair.MAX_BLOCKS;
    long boundary = namespace.boundaryBlocks();
    this.boundaryBlocks = boundary == 0 ? Long.MAX_VALUE : boundary;
  }

  /** Read (NVM 3.2.4) into the I/O's data. */
  public int read(NvmeIo io, long lba, long blocks) {
    return transfer(io, NvmOpcode.READ, lba, blocks, 0);
  }

  /**
   * Write (NVM 3.2.6) of the I/O's data.
   *
   * @param flags {@link NvmOpcode#FUA} or 0
   */
  public int write(NvmeIo io, long lba, long blocks, int flags) {
    return transfer(io, NvmOpcode.WRITE, lba, blocks, flags);
  }

  /**
   * Compare (NVM 3.2.1) with the I/O's data; ends with COMPARE_FAILURE when they differ. Several
   * commands compare one after the other, not at one time.
   */
  public int compare(NvmeIo io, long lba, long blocks) {
    return transfer(io, NvmOpcode.COMPARE, lba, blocks, 0);
  }

  private int transfer(NvmeIo io, int opcode, long lba, long blocks, int flags) {
    if (isOutOfRange(lba, blocks)) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    if (io.dataBytes() != blocks * blockBytes) {
      return IoQueuePair.WRONG_LENGTH;
    }
    io.ask(this, opcode, lba, blocks, Integer.toUnsignedLong(flags), blockBytes);
    return start(io);
  }

  /**
   * Write zeroes (NVM 3.2.8); the I/O's data do not matter.
   *
   * @param flags {@link NvmOpcode#DEAC}, {@link NvmOpcode#FUA} or 0
   */
  public int writeZeroes(NvmeIo io, long lba, long blocks, int flags) {
    return plain(io, NvmOpcode.WRITE_ZEROES, lba, blocks, flags);
  }

  /** Flush (Base 7.1): what was written before and has ended becomes durable. */
  public int flush(NvmeIo io) {
    io.clearData();
    io.ask(this, NvmOpcode.FLUSH, 0, 1, 0, 0);
    return start(io);
  }

  private int plain(NvmeIo io, int opcode, long lba, long blocks, int flags) {
    if (isOutOfRange(lba, blocks)) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    io.clearData();
    io.ask(this, opcode, lba, blocks, Integer.toUnsignedLong(flags), 0);
    return start(io);
  }

  private boolean isOutOfRange(long lba, long blocks) {
    return blocks <= 0 || lba < 0 || lba > allBlocks - blocks;
  }

  /** The common case: one command, now. */
  private int start(NvmeIo io) {
    if (!pair.hasWaiting() && isOneCommand(io)) {
      int taken = pair.submit(io.wholeCommand());
      if (taken == TransportQueue.SUBMITTED) {
        io.begin();
        return taken;
      }
    }
    return pair.take(io);
  }

  /** Whether the controller allows for all of it in one command. */
  boolean isOneCommand(NvmeIo io) {
    long blocks = io.blocks();
    return commandBlocks(io, io.lba(), blocks) == blocks;
  }

  /** How many of {@code blocks} from there on one command may do. */
  long commandBlocks(NvmeIo io, long lba, long blocks) {
    if (io.unitBytes() == 0) {
      return Math.min(blocks, plainBlocks);
    }
    long most = Math.min(blocks, dataBlocks);
    return boundaryBlocks == Long.MAX_VALUE
        ? most
        : Math.min(most, boundaryBlocks - lba % boundaryBlocks);
  }

  public NvmeNamespace namespace() {
    return namespace;
  }

  int namespaceId() {
    return namespaceId;
  }
}

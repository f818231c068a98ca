package io.vireo.nvme;

import io.vireo.nvme.spec.Capabilities;
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
 *   pair.poll(budget, nowNs);                       // calls the owners of what ended
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
 *   <li>{@link IoQueuePair#UNSUPPORTED}: the controller's identify data do not offer it
 *   <li>{@link IoQueuePair#FAILED}: the queue pair was given up
 *   <li>{@link TransportQueue#MISALIGNED}: the controller cannot take the data where they lie, and
 *       there are no bounce buffers that could hold what must stay together
 *   <li>{@link TransportQueue#TOO_LONG}: it cannot be cut, and is more than one command
 * </ul>
 *
 * <p>Flags are {@code NvmOpcode.FUA} and, with protection information, {@code PRACT} and {@code
 * PRCHK}. Metadata that are not the controller's alone ({@code PRACT} with 8 bytes) lie behind each
 * block's data, or in a buffer of their own ({@link NvmeIo#metadata}), as formatted.
 */
public final class NamespaceQueue {
  private final IoQueuePair pair;
  private final NvmeNamespace namespace;
  private final NamespaceLimits limits;
  private final BlockFormat format;
  private final int namespaceId;
  private final long allBlocks;
  private final int blockBytes;
  private final boolean hasMetadata;
  private final CommandBlocks commandBlocks;

  NamespaceQueue(IoQueuePair pair, NvmeNamespace namespace, NamespaceLimits limits) {
    this.pair = pair;
    this.namespace = namespace;
    this.limits = limits;
    this.format = BlockFormat.of(namespace);
    this.namespaceId = namespace.id();
    this.allBlocks = namespace.blocks();
    this.blockBytes = namespace.blockBytes();
    this.hasMetadata = format.metadataBytes() > 0;
    this.commandBlocks = new CommandBlocks(namespace, limits, format);
  }

  /** Read (NVM 3.2.4) into the I/O's data. */
  public int read(NvmeIo io, long lba, long blocks) {
    return read(io, lba, blocks, 0);
  }

  public int read(NvmeIo io, long lba, long blocks, int flags) {
    return transfer(io, NvmOpcode.READ, lba, blocks, flags);
  }

  /** Write (NVM 3.2.6) of the I/O's data; to a zone it is one command, or TOO_LONG. */
  public int write(NvmeIo io, long lba, long blocks, int flags) {
    return transfer(io, NvmOpcode.WRITE, lba, blocks, flags);
  }

  /**
   * Compare (NVM 3.2.1) with the I/O's data; ends with COMPARE_FAILURE when they differ. Several
   * commands compare one after the other. Controllers refuse {@code PRACT}.
   */
  public int compare(NvmeIo io, long lba, long blocks, int flags) {
    return limits.offers(Capabilities.ONCS_COMPARE)
        ? transfer(io, NvmOpcode.COMPARE, lba, blocks, flags)
        : IoQueuePair.UNSUPPORTED;
  }

  private int transfer(NvmeIo io, int opcode, long lba, long blocks, int flags) {
    if (isOutOfRange(lba, blocks)) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    if (opcode == NvmOpcode.WRITE && namespace.isZoned()) {
      return uncut(io, opcode, lba, blocks, flags);
    }
    if (hasMetadata) {
      return transferWithMetadata(io, opcode, lba, blocks, flags);
    }
    if (io.dataBytes() != blocks * blockBytes) {
      return IoQueuePair.WRONG_LENGTH;
    }
    io.ask(this, opcode, lba, blocks, Integer.toUnsignedLong(flags), blockBytes);
    return start(io);
  }

  private int transferWithMetadata(NvmeIo io, int opcode, long lba, long blocks, int flags) {
    if (!format.fits(io, blocks, flags)) {
      return IoQueuePair.WRONG_LENGTH;
    }
    io.ask(this, opcode, lba, blocks, Integer.toUnsignedLong(flags), format.unitBytes(flags));
    io.metadata(format.apartBytes(flags), format.refersToBlock(), format.countsReference());
    return start(io);
  }

  /** One command or none: its parts might be taken in another order. */
  int uncut(NvmeIo io, int opcode, long lba, long blocks, int flags) {
    if (!format.fits(io, blocks, flags)) {
      return IoQueuePair.WRONG_LENGTH;
    }
    if (blocks > IoQueuePair.MAX_BLOCKS || io.dataBytes() > limits.transferBytes()) {
      return TransportQueue.TOO_LONG;
    }
    long dwords = Integer.toUnsignedLong(flags) | blocks - 1;
    io.ask(this, opcode, lba, 1, dwords, (int) io.dataBytes());
    if (hasMetadata) {
      io.metadata((int) blocks * format.apartBytes(flags), format.refersToBlock(), false);
    }
    return start(io);
  }

  /**
   * Compare and write as one (Base 3.4.2, NVM 2.4): nobody writes between them. The first half of
   * the data is compared, the second half written when it is equal; else COMPARE_FAILURE.
   */
  public int compareAndWrite(NvmeIo io, long lba, long blocks, int flags) {
    if (limits.compareAndWriteBlocks() == 0 || format.apartBytes(flags) > 0) {
      return IoQueuePair.UNSUPPORTED;
    }
    if (isOutOfRange(lba, blocks)) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    if (blocks > Math.min(commandBlocks.data(), limits.compareAndWriteBlocks())
        || pair.capacity() < 2) {
      return TransportQueue.TOO_LONG;
    }
    int half = (int) blocks * format.unitBytes(flags);
    if (io.dataBytes() != 2L * half) {
      return IoQueuePair.WRONG_LENGTH;
    }
    long dwords = Integer.toUnsignedLong(flags) | blocks - 1;
    io.ask(this, NvmOpcode.COMPARE, lba, 2, dwords, half);
    countReferences(io);
    io.kind(NvmeIo.Kind.FUSED);
    return pair.take(io);
  }

  /** Write zeroes (NVM 3.2.8); another flag is {@link NvmOpcode#DEAC}. Nothing is checked. */
  public int writeZeroes(NvmeIo io, long lba, long blocks, int flags) {
    int offered = Capabilities.ONCS_WRITE_ZEROES;
    return plain(io, NvmOpcode.WRITE_ZEROES, offered, lba, blocks, flags & ~NvmOpcode.PRCHK);
  }

  /** Verify (NVM 3.2.5): the blocks can be read; they refuse {@code PRACT} here too. */
  public int verify(NvmeIo io, long lba, long blocks, int flags) {
    return plain(io, NvmOpcode.VERIFY, Capabilities.ONCS_VERIFY, lba, blocks, flags);
  }

  /** Write uncorrectable (NVM 3.2.7): reading the blocks fails until they are written. */
  public int writeUncorrectable(NvmeIo io, long lba, long blocks) {
    int offered = Capabilities.ONCS_WRITE_UNCORRECTABLE;
    return plain(io, NvmOpcode.WRITE_UNCORRECTABLE, offered, lba, blocks, 0);
  }

  private int plain(NvmeIo io, int opcode, int offered, long lba, long blocks, int flags) {
    if (!limits.offers(offered)) {
      return IoQueuePair.UNSUPPORTED;
    }
    if (isOutOfRange(lba, blocks)) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    io.clearData();
    io.ask(this, opcode, lba, blocks, Integer.toUnsignedLong(flags), 0);
    countReferences(io);
    return start(io);
  }

  /** None of its metadata are apart from its data. */
  private void countReferences(NvmeIo io) {
    if (hasMetadata) {
      io.metadata(0, format.refersToBlock(), format.countsReference());
    }
  }

  /** Flush (Base 7.1): makes durable what was written and has ended. */
  public int flush(NvmeIo io) {
    io.clearData();
    io.ask(this, NvmOpcode.FLUSH, 0, 1, 0, 0);
    return start(io);
  }

  /** Deallocates the I/O's ranges (dataset management, NVM 3.2.3). Needs bounce buffers. */
  public int deallocate(NvmeIo io) {
    if (!limits.offers(Capabilities.ONCS_DATASET_MANAGEMENT)) {
      return IoQueuePair.UNSUPPORTED;
    }
    return ranges(io, NvmOpcode.DATASET_MANAGEMENT, 0, 0);
  }

  /**
   * Copies the I/O's ranges (NVM 3.2.2), one after the other, to {@code lba} and on. Needs bounce
   * buffers. Ranges are not to overlap with their destination. The flags are for what is written,
   * and {@link NvmOpcode#ofCopySource} for what is read; {@link NvmeIo#tags} are for both.
   */
  public int copy(NvmeIo io, long lba, int flags) {
    if (!limits.offers(Capabilities.ONCS_COPY) || limits.copy().ranges() == 0) {
      return IoQueuePair.UNSUPPORTED;
    }
    if (isOutOfRange(lba, io.dataBytes())) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    return ranges(io, NvmOpcode.COPY, lba, flags);
  }

  private int ranges(NvmeIo io, int opcode, long lba, int flags) {
    if (io.dataBytes() == 0) {
      return IoQueuePair.OUT_OF_RANGE;
    }
    for (int i = 0; i < io.data().pieces(); i++) {
      if (isOutOfRange(io.data().hva(i), io.data().bytes(i))) {
        return IoQueuePair.OUT_OF_RANGE;
      }
    }
    if (pair.options().buffers().bytes() == 0) {
      return TransportQueue.MISALIGNED;
    }
    io.ask(this, opcode, lba, io.dataBytes(), Integer.toUnsignedLong(flags), 1);
    countReferences(io);
    io.kind(NvmeIo.Kind.RANGES);
    return pair.take(io);
  }

  /** The list that its ranges are to become. */
  RangeList rangesOf(NvmeIo io) {
    return io.opcode() == NvmOpcode.COPY ? limits.copy() : limits.deallocate();
  }

  /**
   * Any command of one's own, with the I/O's data and metadata, which are not cut. Bits 1:0 of the
   * opcode say which way the data go.
   *
   * @param cdw10and11 command dwords 10 (low half) and 11; the others likewise
   */
  public int passthrough(NvmeIo io, int opcode, long cdw10and11, long cdw12and13, long cdw14and15) {
    if (io.dataBytes() > limits.transferBytes()) {
      return TransportQueue.TOO_LONG;
    }
    io.ask(this, opcode, cdw10and11, 1, cdw12and13, (int) io.dataBytes());
    io.metadata((int) io.metadataBytes(), false, false);
    io.dwords14and15(cdw14and15);
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
    return commandBlocks.of(io, io.lba(), blocks) == blocks;
  }

  CommandBlocks commandBlocks() {
    return commandBlocks;
  }

  public NvmeNamespace namespace() {
    return namespace;
  }

  int namespaceId() {
    return namespaceId;
  }

  /** How blocks and their metadata lie in memory. */
  BlockFormat format() {
    return format;
  }
}

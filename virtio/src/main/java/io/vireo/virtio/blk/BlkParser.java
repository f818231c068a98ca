package io.vireo.virtio.blk;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.memreg.Translator;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.CommonChain;
import io.vireo.virtio.queue.DescriptorWalk;
import io.vireo.virtio.queue.SplitQueue;

/**
 * Reactor thread only. Turns descriptor chains into requests: {@link #common} reads and writes of
 * one buffer, {@link #any} everything else. What {@code common} does not like, {@code any} reads
 * again from the beginning; neither uses what the other has read.
 *
 * <p>A chain that is well-formed but not a proper request gets an error status. One without a byte
 * for the status cannot be answered, so it breaks the queue: a driver that got such a chain back
 * would take whatever it finds for the status.
 */
final class BlkParser {
  /** Some 20 ns at 5 bytes a nanosecond. */
  private static final long DESCRIPTOR_COST_BYTES = 128;

  private final Translator memory;
  private final CommonChain common;
  private final DescriptorWalk walk;
  private final boolean discard;
  private final boolean writeZeroes;
  private final long header; // of our own, for a header that is copied together
  private final long id; // our ID string
  private final int unmapRanges;

  /**
   * @param unmapRanges how many ranges of a discard the bdev takes at once
   */
  BlkParser(
      QueueConfig config,
      SplitQueue ring,
      Translator memory,
      long header,
      long id,
      int unmapRanges) {
    boolean indirect = config.has(VirtioFeatures.INDIRECT_DESC);
    this.memory = memory;
    this.common = new CommonChain(ring, memory, indirect);
    this.walk = new DescriptorWalk(ring, memory, indirect, BlkLimits.CHAIN_MIN);
    this.discard = config.has(BlkFeatures.DISCARD);
    this.writeZeroes = config.has(BlkFeatures.WRITE_ZEROES);
    this.header = header;
    this.id = id;
    this.unmapRanges = unmapRanges;
  }

  /** Whether the chain is a plain read or write; if so {@code request} is ready to be submitted. */
  boolean common(BlkRequest request, boolean writeThrough) {
    if (!common.read(request.head)
        || common.firstBytes() != BlkHeader.BYTES
        || common.thirdBytes() != 1) {
      return false;
    }
    long bytes = common.secondBytes();
    long head = memory.hva(common.firstGpa(), BlkHeader.BYTES);
    long data = memory.hva(common.secondGpa(), bytes);
    long status = memory.hva(common.thirdGpa(), 1);
    if (head == 0 || data == 0 || status == 0) {
      return false;
    }
    boolean write = !common.secondWritable();
    int type = BlkHeader.type(head);
    long sector = BlkHeader.sector(head);
    if (type != (write ? BlkType.OUT : BlkType.IN) || sector >>> BlkLimits.SECTOR_BITS != 0) {
      return false;
    }
    BdevIo io = request.io;
    io.prepare(write ? IoType.WRITE : IoType.READ, sector << BlkLimits.SECTOR_SHIFT, bytes);
    io.addBuffer(data, bytes);
    io.fua(write && writeThrough);
    request.answerAt(status, write ? 0 : bytes);
    return true;
  }

  /**
   * Reads a chain of any shape into {@code request}, which then has a verdict, ranges or an
   * operation.
   *
   * @return why the queue is broken, or null
   */
  BreakReason any(BlkRequest request, boolean writeThrough) {
    BreakReason broken = walk.read(request.head);
    if (broken != null) {
      return broken;
    }
    if (walk.writableBytes() == 0) {
      return BreakReason.NO_STATUS_BYTE;
    }
    request.answerAt(walk.lastWritableHva(), walk.writableBytes() - 1);
    if (walk.tooManyPieces() || walk.copyReadable(0, header, BlkHeader.BYTES) < BlkHeader.BYTES) {
      request.decide(IoStatus.IO_ERROR);
      return null;
    }
    long sector = BlkHeader.sector(header);
    switch (BlkHeader.type(header)) {
      case BlkType.IN -> read(request, sector);
      case BlkType.OUT -> write(request, sector, writeThrough);
      case BlkType.FLUSH, BlkType.FLUSH_OUT -> flush(request);
      case BlkType.GET_ID -> getId(request);
      case BlkType.DISCARD -> ranges(request, discard, IoType.UNMAP, writeThrough);
      case BlkType.WRITE_ZEROES -> ranges(request, writeZeroes, IoType.WRITE_ZEROES, writeThrough);
      default -> request.decide(IoStatus.UNSUPPORTED);
    }
    return null;
  }

  /** What the last {@link #any} cost, as bytes that could have been copied in the same time. */
  long costBytes() {
    return walk.descriptors() * DESCRIPTOR_COST_BYTES;
  }

  private void read(BlkRequest request, long sector) {
    long bytes = walk.writableBytes() - 1;
    if (dataBytes() != 0 || sector >>> BlkLimits.SECTOR_BITS != 0) {
      request.decide(IoStatus.IO_ERROR);
      return;
    }
    request.io.prepare(IoType.READ, sector << BlkLimits.SECTOR_SHIFT, bytes);
    buffers(request, walk.readablePieces(), walk.pieces(), 0, bytes);
  }

  private void write(BlkRequest request, long sector, boolean writeThrough) {
    long bytes = dataBytes();
    if (walk.writableBytes() != 1 || sector >>> BlkLimits.SECTOR_BITS != 0) {
      request.decide(IoStatus.IO_ERROR);
      return;
    }
    request.io.prepare(IoType.WRITE, sector << BlkLimits.SECTOR_SHIFT, bytes);
    request.io.fua(writeThrough);
    buffers(request, 0, walk.readablePieces(), BlkHeader.BYTES, bytes);
  }

  /** Readable bytes behind the header. */
  private long dataBytes() {
    return walk.readableBytes() - BlkHeader.BYTES;
  }

  /** Adds {@code bytes} bytes of the pieces from {@code piece} to {@code end}. */
  private void buffers(BlkRequest request, int piece, int end, long skip, long bytes) {
    long toSkip = skip;
    long left = bytes;
    for (int p = piece; p < end && left > 0; p++) {
      long held = walk.length(p) - toSkip;
      if (held <= 0) {
        toSkip = -held;
        continue;
      }
      long take = Math.min(held, left);
      if (!request.io.addBuffer(walk.hva(p) + toSkip, take)) {
        request.decide(IoStatus.IO_ERROR); // more pieces than 2.7.4.1 makes us take
        return;
      }
      toSkip = 0;
      left -= take;
    }
  }

  private static void flush(BlkRequest request) {
    request.io.prepare(IoType.FLUSH, 0, 0);
    request.usedIfOk = request.usedIfFailed; // no data, whatever room there is
  }

  /** 5.2.6: NUL-padded; a driver with a smaller buffer gets the beginning. */
  private void getId(BlkRequest request) {
    long room = walk.writableBytes() - 1;
    int written = walk.copyWritable(id, (int) Math.min(room, BlkType.ID_BYTES));
    request.usedIfOk = written == room ? room + 1 : written;
    request.decide(IoStatus.OK);
  }

  private void ranges(BlkRequest request, boolean negotiated, IoType type, boolean fua) {
    long bytes = dataBytes();
    if (!negotiated) {
      request.decide(IoStatus.UNSUPPORTED);
    } else if (walk.writableBytes() != 1
        || bytes == 0
        || bytes % BlkRange.BYTES != 0
        || bytes > (long) BlkLimits.MAX_RANGES * BlkRange.BYTES) {
      request.decide(IoStatus.IO_ERROR);
    } else {
      // Copied first, checked in the copy: the driver can change the original at any time.
      walk.copyReadable(BlkHeader.BYTES, request.ranges, (int) bytes);
      int count = (int) bytes / BlkRange.BYTES;
      int refusal = check(request, count, type);
      if (refusal == IoStatus.OK) {
        request.ranges(type, count, type == IoType.UNMAP ? unmapRanges : 1, fua);
      } else {
        request.decide(refusal);
      }
    }
  }

  /** Checks all ranges before the first is executed. Whether they fit the disk, the bdev knows. */
  private static int check(BlkRequest request, int count, IoType type) {
    int allowedFlags = type == IoType.WRITE_ZEROES ? BlkRange.F_UNMAP : 0;
    int refusal = IoStatus.OK;
    for (int i = 0; i < count; i++) {
      long range = request.range(i);
      if ((BlkRange.flags(range) & ~allowedFlags) != 0) {
        return IoStatus.UNSUPPORTED; // 5.2.6.2, whatever else is wrong
      }
      if (BlkRange.sectors(range) > BlkLimits.MAX_RANGE_SECTORS
          || BlkRange.sector(range) >>> BlkLimits.SECTOR_BITS != 0) {
        refusal = IoStatus.IO_ERROR;
      }
    }
    return refusal;
  }
}

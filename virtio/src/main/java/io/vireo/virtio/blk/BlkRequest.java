package io.vireo.virtio.blk;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.WaitingList;

/**
 * Reactor thread only. One request of a queue, used again and again ({@link RequestPool}): the
 * operation for the bdev, and how to answer.
 */
final class BlkRequest extends WaitingList.Entry<BlkRequest> {
  /** Of the heap, with its {@link BdevIo}, while there are many; rounded up. */
  static final long HEAP_BYTES = 256;

  /** Beside the codes of {@link IoStatus}: done, but the request has further ranges. */
  static final int MORE = Integer.MIN_VALUE;

  private static final int UNDECIDED = IoStatus.PENDING;

  /** Bytes of our own memory that a request needs: iovecs, or ranges in their place. */
  static final long MEMORY_BYTES =
      Math.max(
          (long) BlkLimits.IOVECS * BdevIo.IOVEC_BYTES,
          (long) BlkLimits.MAX_RANGES * BlkRange.BYTES);

  final BdevIo io;

  /** Which chain it answers. */
  int head;

  /** Where the driver wants its status byte. */
  long statusHva;

  /**
   * What the used ring tells (2.7.8.2): how many bytes, from the first writable one on, are
   * certainly written. The status byte is the last one, so it counts only when no data lie before
   * it or all of them were written.
   */
  long usedIfOk;

  long usedIfFailed;

  private int verdict;

  /** Of {@link io.vireo.virtio.queue.InFlight}. */
  int epoch;

  /** When its head was taken, by the reactor's clock, if it pends. */
  long takenNs;

  /** In a {@link RequestPool}. */
  BlkRequest nextFree;

  /**
   * The ranges of a discard or write zeroes, copied into our own memory before any is checked. They
   * have no buffers, so they lie where the iovecs would; where the bdev takes several at once, its
   * form of them is written over those that it has taken.
   */
  final long ranges;

  private IoType rangeType;
  private boolean rangeFua;
  private int rangeCount;
  private int nextRange;
  private int rangesAtOnce;
  private int rangesPrepared;

  BlkRequest(IoCompletion owner, int tag, long memory) {
    this.io = new BdevIo(owner, tag, memory, BlkLimits.IOVECS);
    this.ranges = memory;
  }

  /**
   * A request with {@code writable} bytes before its status byte, all of them filled if all is
   * well.
   */
  void answerAt(long status, long writable) {
    statusHva = status;
    usedIfOk = writable + 1;
    usedIfFailed = writable == 0 ? 1 : 0;
    verdict = UNDECIDED;
    rangeCount = 0;
    nextRange = 0;
  }

  /** The bdev need not be asked: the answer is this final {@link IoStatus}. */
  void decide(int status) {
    verdict = status;
  }

  boolean decided() {
    return verdict != UNDECIDED;
  }

  int verdict() {
    return verdict;
  }

  /**
   * {@code count} ranges that were checked, to be worked off one after the other, or as many at
   * once as the bdev takes.
   */
  void ranges(IoType type, int count, int atOnce, boolean fua) {
    rangeType = type;
    rangeCount = count;
    rangesAtOnce = atOnce;
    rangeFua = fua;
    prepareRanges();
  }

  boolean hasRange() {
    return nextRange < rangeCount;
  }

  /** Submits the operation, or that for the next ranges; {@link #MORE} when others follow it. */
  int submit(BdevChannel channel) {
    if (nextRange > 0) {
      prepareRanges();
    }
    int status = channel.submit(io);
    if (rangeCount == 0 || status == IoStatus.BUSY) {
      return status;
    }
    nextRange += rangesPrepared;
    return status == IoStatus.OK && hasRange() ? MORE : status;
  }

  private void prepareRanges() {
    long range = range(nextRange);
    io.prepare(rangeType, offsetBytes(range), lengthBytes(range));
    rangesPrepared = Math.min(rangesAtOnce, rangeCount - nextRange);
    for (int i = 1; i < rangesPrepared; i++) {
      long another = range(nextRange + i);
      io.addRange(offsetBytes(another), lengthBytes(another));
    }
    if (rangeType == IoType.WRITE_ZEROES) {
      io.mayUnmap((BlkRange.flags(range) & BlkRange.F_UNMAP) != 0);
      io.fua(rangeFua);
    }
  }

  private static long offsetBytes(long range) {
    return BlkRange.sector(range) << BlkLimits.SECTOR_SHIFT;
  }

  private static long lengthBytes(long range) {
    return BlkRange.sectors(range) << BlkLimits.SECTOR_SHIFT;
  }

  long range(int index) {
    return ranges + (long) index * BlkRange.BYTES;
  }
}

package io.vireo.bdev;

import io.vireo.linux.Mem;

/**
 * Reactor thread only. One request, made once by its owner and used again and again.
 *
 * <p>Use: {@link #prepare}, {@link #addBuffer} for each buffer of a READ or WRITE, the flags,
 * {@link BdevChannel#submit}. While it is pending the owner changes nothing in it; when submit
 * answered anything else, or its completion was called, it is the owner's.
 *
 * <p>The first buffer always lies in fields. From the second on all of them also lie as {@code
 * struct iovec} at {@link #iovs}, which is what the kernel wants.
 */
public final class BdevIo {
  /** Bytes of one {@code struct iovec}: address and length, 8 each. */
  public static final int IOVEC_BYTES = 16;

  private static final int IOV_LEN = 8;

  final IoCompletion owner;
  private final int tag;
  private final long room;
  private final int capacity;

  private IoType type = IoType.READ;
  private long offsetBytes;
  private long lengthBytes;
  private boolean fua;
  private boolean mayUnmap;

  private long iovs; // in our room, or another request's
  private long shiftBytes; // of ranges that are another request's
  private int rangeCount;
  private int bufferCount;
  private long firstAddress;
  private long firstBytes;
  private long lastAddress;
  private long lastBytes;
  private long dataBytes;

  long startNs;
  // Of the channel: which resets this request precedes, and what a reset still waits for.
  int resetEpoch;
  int resetWaitsFor;

  /**
   * @param owner told when the request has ended; may be null for requests that never pend
   * @param tag the owner's own number for it
   * @param iovAddress native memory for {@code iovCapacity} iovecs, or 0
   * @param iovCapacity most buffers of one request; 0 means one buffer only
   */
  public BdevIo(IoCompletion owner, int tag, long iovAddress, int iovCapacity) {
    this.owner = owner;
    this.tag = tag;
    this.room = iovAddress;
    this.iovs = iovAddress;
    this.capacity = Math.max(1, iovAddress == 0 ? 1 : iovCapacity);
  }

  /** Begins a new request: no buffers, no flags. FLUSH and RESET have no range. */
  public void prepare(IoType type, long offsetBytes, long lengthBytes) {
    this.type = type;
    this.offsetBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
    fua = false;
    mayUnmap = false;
    iovs = room;
    shiftBytes = 0;
    rangeCount = 1;
    bufferCount = 0;
    firstAddress = 0;
    firstBytes = 0;
    dataBytes = 0;
  }

  /**
   * Begins a request for the same as another, some bytes further on, with the very same buffers:
   * nothing is copied, so the other one stays as it is until this one has ended. Nothing can be
   * added to it.
   */
  public void prepareAs(BdevIo other, long furtherBytes) {
    type = other.type;
    offsetBytes = other.offsetBytes + furtherBytes;
    lengthBytes = other.lengthBytes;
    fua = other.fua;
    mayUnmap = other.mayUnmap;
    iovs = other.iovs;
    shiftBytes = other.shiftBytes + furtherBytes;
    rangeCount = other.rangeCount;
    bufferCount = other.bufferCount;
    firstAddress = other.firstAddress;
    firstBytes = other.firstBytes;
    dataBytes = other.dataBytes;
  }

  /**
   * Adds a range to an UNMAP, which has no buffers: their room holds the ranges. {@link
   * #lengthBytes} is that of all together. For bdevs that take so many: {@link
   * Bdev#maxUnmapRanges}.
   *
   * @throws IllegalStateException when there is no room for another
   */
  public void addRange(long anotherOffsetBytes, long anotherLengthBytes) {
    if (rangeCount == capacity) {
      throw new IllegalStateException("more ranges than " + capacity);
    }
    if (rangeCount == 1) {
      putIov(0, offsetBytes, lengthBytes);
    }
    putIov(rangeCount++, anotherOffsetBytes, anotherLengthBytes);
    lengthBytes += anotherLengthBytes;
  }

  /**
   * Adds a buffer by host virtual address; one that continues the last is merged with it, an empty
   * one is left out.
   *
   * @return false when there is no room for another
   */
  public boolean addBuffer(long hva, long bytes) {
    if (bytes <= 0) {
      return bytes == 0;
    }
    if (bufferCount == 0) {
      bufferCount = 1;
      firstAddress = hva;
      firstBytes = bytes;
    } else if (lastAddress + lastBytes == hva) {
      return extendLast(bytes);
    } else if (!append(hva, bytes)) {
      return false;
    }
    lastAddress = hva;
    lastBytes = bytes;
    dataBytes += bytes;
    return true;
  }

  private boolean extendLast(long bytes) {
    lastBytes += bytes;
    dataBytes += bytes;
    if (bufferCount == 1) {
      firstBytes = lastBytes;
    } else {
      Mem.putLong(iov(bufferCount - 1) + IOV_LEN, lastBytes);
    }
    return true;
  }

  private boolean append(long hva, long bytes) {
    if (bufferCount == capacity) {
      return false;
    }
    if (bufferCount == 1) {
      putIov(0, firstAddress, firstBytes);
    }
    putIov(bufferCount++, hva, bytes);
    return true;
  }

  private void putIov(int index, long address, long bytes) {
    Mem.putLong(iov(index), address);
    Mem.putLong(iov(index) + IOV_LEN, bytes);
  }

  private long iov(int index) {
    return iovs + (long) index * IOVEC_BYTES;
  }

  /** The owner's number. */
  public int tag() {
    return tag;
  }

  public IoType type() {
    return type;
  }

  public long offsetBytes() {
    return offsetBytes;
  }

  public long lengthBytes() {
    return lengthBytes;
  }

  /** How many ranges it names; more than one of an UNMAP only. */
  public int rangeCount() {
    return rangeCount;
  }

  /** Where range {@code index} begins. */
  public long rangeOffsetBytes(int index) {
    return rangeCount == 1 ? offsetBytes : Mem.getLong(iov(index)) + shiftBytes;
  }

  /** How long range {@code index} is. */
  public long rangeBytes(int index) {
    return rangeCount == 1 ? lengthBytes : Mem.getLong(iov(index) + IOV_LEN);
  }

  /** Write-through: a WRITE, UNMAP or WRITE_ZEROES completes only when it is durable. */
  public boolean fua() {
    return fua;
  }

  /** Asks for write-through. */
  public void fua(boolean on) {
    fua = on;
  }

  /** WRITE_ZEROES may give the space back. */
  public boolean mayUnmap() {
    return mayUnmap;
  }

  /** Allows WRITE_ZEROES to give the space back. */
  public void mayUnmap(boolean on) {
    mayUnmap = on;
  }

  /** When it was submitted, by the reactor's clock. */
  public long startNs() {
    return startNs;
  }

  public int bufferCount() {
    return bufferCount;
  }

  /** Address of the first buffer, 0 without any. */
  public long buffer() {
    return firstAddress;
  }

  /** Length of the first buffer. */
  public long bufferBytes() {
    return firstBytes;
  }

  /** Address of buffer {@code index}. */
  public long buffer(int index) {
    return index == 0 ? firstAddress : Mem.getLong(iov(index));
  }

  /** Length of buffer {@code index}. */
  public long bufferBytes(int index) {
    return index == 0 ? firstBytes : Mem.getLong(iov(index) + IOV_LEN);
  }

  /** Bytes in all buffers together. */
  public long dataBytes() {
    return dataBytes;
  }

  /** The buffers as native iovecs; valid when there is more than one. */
  public long iovs() {
    return iovs;
  }

  /** Copies out of the buffers: {@code bytes} from {@code skipBytes} on, to {@code to}. */
  public void gather(long skipBytes, long to, long bytes) {
    transfer(skipBytes, to, bytes, true);
  }

  /**
   * Copies {@code bytes} from {@code from} into the buffers, {@code skipBytes} after their start.
   */
  public void scatter(long skipBytes, long from, long bytes) {
    transfer(skipBytes, from, bytes, false);
  }

  private void transfer(long skipBytes, long memory, long bytes, boolean out) {
    long skip = skipBytes;
    long left = bytes;
    long at = memory;
    for (int i = 0; left > 0; i++) {
      long held = bufferBytes(i);
      if (skip >= held) {
        skip -= held;
        continue;
      }
      long n = Math.min(held - skip, left);
      long hva = buffer(i) + skip;
      Mem.copy(out ? hva : at, out ? at : hva, n);
      at += n;
      left -= n;
      skip = 0;
    }
  }
}

package io.vireo.virtio.driver;

import io.vireo.linux.Mem;
import io.vireo.virtio.blk.BlkHeader;
import io.vireo.virtio.blk.BlkRange;
import io.vireo.virtio.blk.BlkType;

/**
 * Block requests over one split ring, as a guest's driver makes them (virtio 1.3, 5.2.6). One
 * thread at a time.
 *
 * <p>Each request has a tag, the head of its chain, and a slot of the driver's memory for header,
 * range, indirect table and status. A method that starts a request answers the tag, or -1 when the
 * ring is full; the device sees it after {@link #publish}. {@link #poll} answers tags that are
 * done; until the next request is started {@link #status} and {@link #writtenBytes} tell how.
 */
public final class BlkDriver {
  private static final int HEADER = 0;
  private static final int RANGE = BlkHeader.BYTES;
  private static final int STATUS = RANGE + BlkRange.BYTES;
  private static final int TABLE = 64;

  /** Bytes of the driver's memory for each entry of the ring: 112, rounded up to cache lines. */
  public static final int SLOT_BYTES = 128;

  /** What a status byte holds until the device writes it. */
  public static final int NO_STATUS = 0xff;

  private final SplitDriver ring;
  private final boolean indirect;
  private final long segmentBytes;
  private final long slots;
  private final long slotsGpa;

  /**
   * @param indirect whether each request goes through an indirect table, and so takes one
   *     descriptor instead of two or three
   * @param slots host address of ring size times {@link #SLOT_BYTES}
   * @param slotsGpa the same for the device
   */
  public BlkDriver(SplitDriver ring, boolean indirect, long slots, long slotsGpa) {
    this(ring, indirect, Long.MAX_VALUE, slots, slotsGpa);
  }

  /** A driver without indirect tables whose data go in segments of {@code segmentBytes}. */
  public BlkDriver(SplitDriver ring, long segmentBytes, long slots, long slotsGpa) {
    this(ring, false, segmentBytes, slots, slotsGpa);
  }

  private BlkDriver(
      SplitDriver ring, boolean indirect, long segmentBytes, long slots, long slotsGpa) {
    this.ring = ring;
    this.indirect = indirect;
    this.segmentBytes = segmentBytes;
    this.slots = slots;
    this.slotsGpa = slotsGpa;
  }

  /** Reads {@code bytes}, a multiple of 512, into the memory at {@code gpa}. */
  public int read(long sector, long gpa, long bytes) {
    if (!begin(BlkType.IN, sector, bytes)) {
      return -1;
    }
    long left = bytes;
    long at = gpa;
    for (; left > segmentBytes; left -= segmentBytes, at += segmentBytes) {
      ring.writable(at, segmentBytes);
    }
    ring.writable(at, left);
    return end();
  }

  /** Writes {@code bytes}, a multiple of 512, from the memory at {@code gpa}. */
  public int write(long sector, long gpa, long bytes) {
    if (!begin(BlkType.OUT, sector, bytes)) {
      return -1;
    }
    long left = bytes;
    long at = gpa;
    for (; left > segmentBytes; left -= segmentBytes, at += segmentBytes) {
      ring.readable(at, segmentBytes);
    }
    ring.readable(at, left);
    return end();
  }

  /** Makes all writes durable that were done before. */
  public int flush() {
    return begin(BlkType.FLUSH, 0, 1) ? end() : -1;
  }

  /** Reads the 20 bytes of the ID string into the memory at {@code gpa}. */
  public int getId(long gpa) {
    if (!begin(BlkType.GET_ID, 0, 1)) {
      return -1;
    }
    ring.writable(gpa, BlkType.ID_BYTES);
    return end();
  }

  /** Gives up the contents of some sectors. */
  public int discard(long sector, long sectors) {
    return range(BlkType.DISCARD, sector, sectors, 0);
  }

  /** Zeroes some sectors; {@code unmap} lets the device give their space back. */
  public int writeZeroes(long sector, long sectors, boolean unmap) {
    return range(BlkType.WRITE_ZEROES, sector, sectors, unmap ? BlkRange.F_UNMAP : 0);
  }

  /** Descriptors of a request with so much data, without an indirect table. */
  public static long descriptors(long dataBytes, long segmentBytes) {
    return 2 + Math.ceilDiv(dataBytes, segmentBytes);
  }

  private int range(int type, long sector, long sectors, int flags) {
    if (!begin(type, 0, 1)) {
      return -1;
    }
    int tag = ring.head();
    BlkRange.put(slot(tag) + RANGE, sector, sectors, flags);
    ring.readable(slotGpa(tag) + RANGE, BlkRange.BYTES);
    return end();
  }

  private boolean begin(int type, long sector, long dataBytes) {
    if (ring.free() < (indirect ? 1 : descriptors(dataBytes, segmentBytes))) {
      return false;
    }
    int tag = ring.head();
    BlkHeader.put(slot(tag) + HEADER, type, sector);
    Mem.putByte(slot(tag) + STATUS, (byte) NO_STATUS);
    if (indirect) {
      ring.table(slot(tag) + TABLE, slotGpa(tag) + TABLE);
    }
    ring.readable(slotGpa(tag) + HEADER, BlkHeader.BYTES);
    return true;
  }

  private int end() {
    ring.writable(slotGpa(ring.head()) + STATUS, 1);
    return ring.offer();
  }

  private long slot(int tag) {
    return slots + (long) tag * SLOT_BYTES;
  }

  private long slotGpa(int tag) {
    return slotsGpa + (long) tag * SLOT_BYTES;
  }

  /** Shows the requests to the device; whether it wants a notification. */
  public boolean publish() {
    return ring.publish();
  }

  /** Tag of a request that is done, or -1. */
  public int poll() {
    return ring.reap();
  }

  /** Status byte of a request that is done: one of {@link io.vireo.virtio.blk.BlkStatus}. */
  public int status(int tag) {
    return Mem.getByte(slot(tag) + STATUS) & 0xff;
  }

  /** Bytes that the device wrote for the request that {@link #poll} answered last. */
  public long writtenBytes() {
    return ring.reapedBytes();
  }

  /** The ring below. */
  public SplitDriver ring() {
    return ring;
  }
}

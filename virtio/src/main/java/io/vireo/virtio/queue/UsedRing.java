package io.vireo.virtio.queue;

import io.vireo.linux.Mem;

/**
 * {@code struct virtq_used}, written by the device (virtio 1.3, 2.7.8).
 *
 * <pre>
 *  0       2      4        4+8i   8+8i          4+8*size
 *  +-------+------+- - - -+------+------+- - - -+-------------+
 *  | flags | idx  |       |  id  | len  |       | avail_event |
 *  +-------+------+- - - -+------+------+- - - -+-------------+
 * </pre>
 */
public final class UsedRing {
  /** Alignment of the ring (2.7). */
  public static final int ALIGNMENT = 4;

  static final int FLAGS = 0;
  static final int IDX = 2;
  static final int RING = 4;
  static final int ENTRY_BYTES = 8;

  /** The device asks for no kicks; without EVENT_IDX only. */
  public static final int F_NO_NOTIFY = 1;

  private UsedRing() {}

  /** Bytes of a ring; {@code avail_event} is there with EVENT_IDX only. */
  public static long bytes(int size, boolean eventIdx) {
    return availEventOffset(size) + (eventIdx ? Short.BYTES : 0);
  }

  public static int flags(long ring) {
    return Mem.getShort(ring + FLAGS) & 0xffff;
  }

  public static void flags(long ring, int flags) {
    Mem.putShort(ring + FLAGS, (short) flags);
  }

  public static int idx(long ring) {
    return Mem.getShort(ring + IDX) & 0xffff;
  }

  /** Acquire: the entries before this index are read after it. */
  public static int idxAcquire(long ring) {
    return Mem.getShortAcquire(ring + IDX) & 0xffff;
  }

  public static void idx(long ring, int idx) {
    Mem.putShort(ring + IDX, (short) idx);
  }

  /** Both fields of one slot, to be taken apart by {@link #id} and {@link #len}. */
  public static long entry(long ring, int slot) {
    return Mem.getLong(ring + RING + (long) slot * ENTRY_BYTES);
  }

  /** Head of the chain that was used. */
  public static int id(long entry) {
    return (int) entry;
  }

  /** Bytes written into the writable part of the chain, unsigned 32 bits. */
  public static long len(long entry) {
    return entry >>> 32;
  }

  public static void entry(long ring, int slot, int id, long len) {
    Mem.putLong(ring + RING + (long) slot * ENTRY_BYTES, id | len << 32);
  }

  /** The avail index at which the device wants a kick. */
  public static int availEvent(long ring, int size) {
    return Mem.getShort(ring + availEventOffset(size)) & 0xffff;
  }

  public static void availEvent(long ring, int size, int idx) {
    Mem.putShort(ring + availEventOffset(size), (short) idx);
  }

  private static long availEventOffset(int size) {
    return RING + (long) size * ENTRY_BYTES;
  }
}

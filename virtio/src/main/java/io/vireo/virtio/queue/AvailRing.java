package io.vireo.virtio.queue;

import io.vireo.linux.Mem;

/**
 * {@code struct virtq_avail}, written by the driver (virtio 1.3, 2.7.6).
 *
 * <pre>
 *  0       2      4        4+2i      4+2*size
 *  +-------+------+- - - -+---------+- - - -+------------+
 *  | flags | idx  |       | ring[i] |       | used_event |
 *  +-------+------+- - - -+---------+- - - -+------------+
 * </pre>
 */
public final class AvailRing {
  /** Alignment of the ring (2.7). */
  public static final int ALIGNMENT = 2;

  static final int FLAGS = 0;
  static final int IDX = 2;
  static final int RING = 4;
  static final int ENTRY_BYTES = 2;

  /** The driver asks for no interrupts; without EVENT_IDX only. */
  public static final int F_NO_INTERRUPT = 1;

  private AvailRing() {}

  /** Bytes of a ring; {@code used_event} is there with EVENT_IDX only. */
  public static long bytes(int size, boolean eventIdx) {
    return usedEventOffset(size) + (eventIdx ? Short.BYTES : 0);
  }

  public static int flags(long ring) {
    return Mem.getShort(ring + FLAGS) & 0xffff;
  }

  public static void flags(long ring, int flags) {
    Mem.putShort(ring + FLAGS, (short) flags);
  }

  /** Acquire: the entries and descriptors before this index are read after it. */
  public static int idxAcquire(long ring) {
    return Mem.getShortAcquire(ring + IDX) & 0xffff;
  }

  public static void idx(long ring, int idx) {
    Mem.putShort(ring + IDX, (short) idx);
  }

  /** The head in one slot. */
  public static int entry(long ring, int slot) {
    return Mem.getShort(ring + RING + (long) slot * ENTRY_BYTES) & 0xffff;
  }

  public static void entry(long ring, int slot, int head) {
    Mem.putShort(ring + RING + (long) slot * ENTRY_BYTES, (short) head);
  }

  /** The used index at which the driver wants an interrupt. */
  public static int usedEvent(long ring, int size) {
    return Mem.getShort(ring + usedEventOffset(size)) & 0xffff;
  }

  public static void usedEvent(long ring, int size, int idx) {
    Mem.putShort(ring + usedEventOffset(size), (short) idx);
  }

  private static long usedEventOffset(int size) {
    return RING + (long) size * ENTRY_BYTES;
  }
}

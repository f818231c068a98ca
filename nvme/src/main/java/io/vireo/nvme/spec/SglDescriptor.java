package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * An SGL descriptor, 16 bytes (Base 4.1.2.1).
 *
 * <pre>
 *  0 address u64
 *  8 length u32
 * 12 reserved
 * 15 type 7:4 | sub type 3:0
 * </pre>
 */
public final class SglDescriptor {
  public static final int BYTES = 16;

  /** The buffer at that address. */
  public static final int DATA_BLOCK = 0x0;

  /** More descriptors, the last of which is a segment again. */
  public static final int SEGMENT = 0x2;

  /** More descriptors, the last of all. */
  public static final int LAST_SEGMENT = 0x3;

  private static final int TYPE_SHIFT = 60;

  private SglDescriptor() {}

  /** The second word: length, at most 4 GiB - 1, and type, with sub type 0 (an address). */
  public static long lengthAndType(long bytes, int type) {
    return (long) type << TYPE_SHIFT | bytes;
  }

  /** The length out of the second word. */
  public static long bytes(long lengthAndType) {
    return lengthAndType & 0xffffffffL;
  }

  /** The type out of the second word. */
  public static int type(long lengthAndType) {
    return (int) (lengthAndType >>> TYPE_SHIFT);
  }

  /** Writes a descriptor. */
  public static void put(long at, long address, long lengthAndType) {
    Mem.putLong(at, address);
    Mem.putLong(at + Long.BYTES, lengthAndType);
  }
}

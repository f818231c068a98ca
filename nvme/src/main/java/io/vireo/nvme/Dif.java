package io.vireo.nvme;

import io.vireo.linux.Mem;

/**
 * Protection information made and checked by the host (NVM 5.2): 8 bytes of each block's metadata.
 *
 * <pre>
 *   0 guard            CRC-16 (T10 DIF, 8BB7h) of the data and of the metadata before it
 *   2 application tag  two bytes of the host's own
 *   4 reference tag    four bytes: the block, or what the host counts
 * </pre>
 *
 * <p>All of them big-endian. An application tag of FFFFh (and, in type 3, a reference tag of
 * FFFFFFFFh) says that the block is not checked. Any thread; nothing is kept between calls.
 */
public final class Dif {
  public static final int BYTES = 8;

  /** Everything fits. */
  public static final int OK = 0;

  /** The guard, the application tag or the reference tag is another. */
  public static final int GUARD = 1;

  public static final int APPLICATION_TAG = 2;
  public static final int REFERENCE_TAG = 3;

  private static final int POLYNOMIAL = 0x8bb7;
  private static final short[] TABLE = table();
  private static final int NOT_CHECKED = 0xffff;

  private final int dataBytes;
  private final int metadataBytes;
  private final int type;
  private final int offset; // in the metadata

  /**
   * @param dataBytes of a block
   * @param metadataBytes of a block, at least 8
   * @param protection DPS: type 1 to 3, and bit 3 when it comes first in the metadata
   */
  public Dif(int dataBytes, int metadataBytes, int protection) {
    if (metadataBytes < BYTES) {
      throw new IllegalArgumentException(
          "metadata of %d bytes have no room for protection information of %d"
              .formatted(metadataBytes, BYTES));
    }
    this.dataBytes = dataBytes;
    this.metadataBytes = metadataBytes;
    this.type = protection & 0b111;
    this.offset = (protection & 1 << 3) != 0 ? 0 : metadataBytes - BYTES;
  }

  private static short[] table() {
    short[] table = new short[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
      }
      table[i] = (short) crc;
    }
    return table;
  }

  /** Goes on with a CRC, 0 at first, over memory. */
  static int crc(int crc, long address, long bytes) {
    int value = crc;
    for (long i = 0; i < bytes; i++) {
      value = (value << 8 ^ TABLE[(value >>> 8 ^ Mem.getByte(address + i)) & 0xff]) & 0xffff;
    }
    return value;
  }

  private int guard(long data, long metadata) {
    return crc(crc(0, data, dataBytes), metadata, offset);
  }

  private int reference(int first, long index) {
    return type == 3 ? first : first + (int) index;
  }

  /**
   * Makes the protection information of a block.
   *
   * @param index of the block in its I/O
   * @param reference of the I/O's first block
   */
  public void make(long data, long metadata, long index, int reference, int application) {
    long at = metadata + offset;
    Mem.putShort(at, Short.reverseBytes((short) guard(data, metadata)));
    Mem.putShort(at + 2, Short.reverseBytes((short) application));
    Mem.putInt(at + 4, Integer.reverseBytes(reference(reference, index)));
  }

  /**
   * Checks that of a block.
   *
   * @param mask which bits of the application tag are checked
   * @return {@link #OK}, or the first part that is wrong
   */
  public int check(long data, long metadata, long index, int reference, int application, int mask) {
    long at = metadata + offset;
    int tag = Short.reverseBytes(Mem.getShort(at + 2)) & 0xffff;
    long found = Integer.reverseBytes(Mem.getInt(at + 4)) & 0xffffffffL;
    if (tag == NOT_CHECKED && (type != 3 || found == 0xffffffffL)) {
      return OK;
    }
    if ((Short.reverseBytes(Mem.getShort(at)) & 0xffff) != guard(data, metadata)) {
      return GUARD;
    }
    if (((tag ^ application) & mask & 0xffff) != 0) {
      return APPLICATION_TAG;
    }
    boolean wrong = (int) found != reference(reference, index);
    return wrong && type != 3 ? REFERENCE_TAG : OK;
  }

  /** Makes that of consecutive blocks whose metadata follow each other in a buffer of their own. */
  public void makeApart(long data, long metadata, long blocks, int reference, int application) {
    for (long i = 0; i < blocks; i++) {
      make(data + i * dataBytes, metadata + i * metadataBytes, i, reference, application);
    }
  }

  /** Makes that of consecutive blocks, each followed by its metadata. */
  public void makeExtended(long blocksHva, long blocks, int reference, int application) {
    long unit = (long) dataBytes + metadataBytes;
    for (long i = 0; i < blocks; i++) {
      long data = blocksHva + i * unit;
      make(data, data + dataBytes, i, reference, application);
    }
  }
}

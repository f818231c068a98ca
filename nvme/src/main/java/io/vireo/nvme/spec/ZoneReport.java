package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * What a zone report answers (ZNS 3.4.2.2): a header, then zone descriptors.
 *
 * <pre>
 *   0 number of zones u64           descriptor, 64 bytes:
 *   8 reserved                       0 type 3:0            16 first block   u64
 *  64 descriptors                    1 state 7:4           24 write pointer u64
 *                                    2 attributes          32 reserved
 *                                    8 capacity u64
 * </pre>
 */
public final class ZoneReport {
  public static final int HEADER_BYTES = 64;
  public static final int DESCRIPTOR_BYTES = 64;

  /** States of a zone (ZNS 3.4.2.2.3, ZS). */
  public static final int EMPTY = 0x1;

  public static final int IMPLICITLY_OPEN = 0x2;
  public static final int EXPLICITLY_OPEN = 0x3;
  public static final int CLOSED = 0x4;
  public static final int READ_ONLY = 0xd;
  public static final int FULL = 0xe;
  public static final int OFFLINE = 0xf;

  private ZoneReport() {}

  /** How many zones there are; in a partial report, how many of them are described. */
  public static long zones(long report) {
    return Mem.getLong(report);
  }

  /** Where the descriptor of that number is. */
  public static long descriptor(long report, int index) {
    return report + HEADER_BYTES + (long) index * DESCRIPTOR_BYTES;
  }

  /** One of the states. */
  public static int state(long descriptor) {
    return Mem.getByte(descriptor + 1) >>> 4 & 0xf;
  }

  /** ZCAP: how many blocks of it can be written. */
  public static long capacityBlocks(long descriptor) {
    return Mem.getLong(descriptor + 8);
  }

  /** ZSLBA. */
  public static long firstBlock(long descriptor) {
    return Mem.getLong(descriptor + 16);
  }

  /** WP: where the next write goes. */
  public static long writePointer(long descriptor) {
    return Mem.getLong(descriptor + 24);
  }
}

package io.vireo.nvme.spec;

import io.vireo.linux.Mem;

/**
 * The identify namespace data of the NVM command set, decoded once (NVM 4.1.5.1, figure 97).
 *
 * @param sizeBlocks NSZE; 0: there is no such namespace, or it is not active
 * @param capacityBlocks NCAP
 * @param usedBlocks NUSE
 * @param blockShift LBADS of the format in use: a block's bytes as a power of two
 * @param metadataBytes MS of the format in use
 * @param extendedLba FLBAS bit 4: metadata follow each block's data in the same buffer
 * @param protection DPS: type of protection information (2:0), at the metadata's start (3)
 * @param optimalBoundaryBlocks NOIOB; 0: none
 * @param nguid NGUID, as 16 bytes in hex; all zero: none
 */
public record IdentifyNamespace(
    long sizeBlocks,
    long capacityBlocks,
    long usedBlocks,
    int blockShift,
    int metadataBytes,
    boolean extendedLba,
    int protection,
    int optimalBoundaryBlocks,
    String nguid) {
  static final int NSZE = 0;
  static final int NCAP = 8;
  static final int NUSE = 16;
  static final int NLBAF = 25;
  static final int FLBAS = 26;
  static final int DPS = 29;
  static final int NOIOB = 46;
  static final int NGUID = 104;
  static final int LBAF0 = 128;

  private static final int NGUID_BYTES = 16;
  private static final int FORMATS_OF_FOUR_BITS = 16;

  /** Decodes {@link Identify#BYTES} bytes at {@code address}. */
  public static IdentifyNamespace decode(long address) {
    int flbas = Mem.getByte(address + FLBAS) & 0xff;
    int formats = (Mem.getByte(address + NLBAF) & 0xff) + 1;
    int upper = formats > FORMATS_OF_FOUR_BITS ? flbas >>> 5 & 0b11 : 0;
    int format = upper << 4 | (flbas & 0xf);
    int layout = Mem.getInt(address + LBAF0 + (long) Integer.BYTES * format);
    return new IdentifyNamespace(
        Mem.getLong(address + NSZE),
        Mem.getLong(address + NCAP),
        Mem.getLong(address + NUSE),
        layout >>> 16 & 0xff,
        layout & 0xffff,
        (flbas & 1 << 4) != 0,
        Mem.getByte(address + DPS) & 0xff,
        Mem.getShort(address + NOIOB) & 0xffff,
        hex(address + NGUID));
  }

  private static String hex(long address) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < NGUID_BYTES; i++) {
      text.append("%02x".formatted(Mem.getByte(address + i)));
    }
    return text.toString();
  }
}

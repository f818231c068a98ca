package io.vireo.nvme.spec;

/**
 * What the zoned namespace command set has to say of a namespace (ZNS 4.1.5.1, figure 48), decoded
 * once.
 *
 * @param zoneBlocks ZSZE of the format in use
 * @param descriptorBytes ZDES of the format in use: a zone's descriptor extension
 * @param maxActive MAR: how many zones may be active; 0: all
 * @param maxOpen MOR: how many zones may be open; 0: all
 * @param readsAcrossZones OZCS bit 0
 * @param variableCapacity ZOC bit 0: a zone's capacity may change
 */
public record ZonedNamespace(
    long zoneBlocks,
    int descriptorBytes,
    long maxActive,
    long maxOpen,
    boolean readsAcrossZones,
    boolean variableCapacity) {
  static final int ZOC = 0;
  static final int OZCS = 2;
  static final int MAR = 4;
  static final int MOR = 8;
  static final int LBAFE0 = 2816;
  static final int LBAFE_BYTES = 16;
  static final int ZDES = 8;

  private static final int ZDES_UNIT_BYTES = 64;
  private static final int ZASL = 0; // of what is said of the controller

  /**
   * ZASL (ZNS 4.1.5.2): the most that an append may have, a power of two of CAP.MPSMIN pages; 0: as
   * MDTS.
   *
   * @param address of what the command set has to say of the controller
   */
  public static int appendLimit(long address) {
    return new Snapshot(address, Identify.BYTES).u8(ZASL);
  }

  /**
   * Decodes {@link Identify#BYTES} bytes at {@code address}.
   *
   * @param format {@link IdentifyNamespace#formatIndex}
   */
  public static ZonedNamespace decode(long address, int format) {
    Snapshot data = new Snapshot(address, Identify.BYTES);
    int extension = LBAFE0 + format * LBAFE_BYTES;
    return new ZonedNamespace(
        data.s64(extension),
        data.u8(extension + ZDES) * ZDES_UNIT_BYTES,
        data.u32(MAR) + 1 & 0xffffffffL,
        data.u32(MOR) + 1 & 0xffffffffL,
        (data.u16(OZCS) & 1) != 0,
        (data.u16(ZOC) & 1) != 0);
  }
}

package io.vireo.nvme.spec;

/**
 * How a namespace's blocks may be laid out (NVM figure 98).
 *
 * @param metadataBytes MS
 * @param blockShift LBADS: a block's bytes as a power of two; 0: there is no such format
 * @param performance RP: 0 best to 3 degraded
 */
public record LbaFormat(int metadataBytes, int blockShift, int performance) {
  static final int BYTES = 4;

  static LbaFormat decode(int word) {
    return new LbaFormat(word & 0xffff, word >>> 16 & 0xff, word >>> 24 & 0b11);
  }

  /** For people: {@code 4096 bytes + 8 of metadata}. */
  @Override
  public String toString() {
    String data = "%d bytes".formatted(1L << blockShift);
    return metadataBytes == 0 ? data : "%s + %d of metadata".formatted(data, metadataBytes);
  }
}

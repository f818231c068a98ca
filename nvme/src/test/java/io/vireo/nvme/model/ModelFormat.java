package io.vireo.nvme.model;

/**
 * How the blocks of a model's namespaces are laid out.
 *
 * @param boundaryBlocks NOIOB; 0: none
 * @param metadataBytes MS
 * @param extended whether metadata follow each block's data in the same buffer
 * @param protection DPS: type of protection information 0 to 3, and bit 3: first in the metadata
 * @param zoneBlocks how large zones are; 0: there are none
 */
public record ModelFormat(
    int boundaryBlocks, int metadataBytes, boolean extended, int protection, int zoneBlocks) {
  public static final ModelFormat PLAIN = new ModelFormat(0, 0, false, 0, 0);

  public static ModelFormat boundary(int blocks) {
    return new ModelFormat(blocks, 0, false, 0, 0);
  }

  public static ModelFormat metadata(int bytes, boolean extended, int protection) {
    return new ModelFormat(0, bytes, extended, protection, 0);
  }

  public static ModelFormat zones(int blocks) {
    return new ModelFormat(0, 0, false, 0, blocks);
  }
}

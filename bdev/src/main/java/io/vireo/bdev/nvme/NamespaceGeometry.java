package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevGeometry;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyNamespace;

/** What of a namespace's format matters to who uses it as a disk. */
final class NamespaceGeometry {
  private NamespaceGeometry() {}

  /** Why it cannot be a bdev; null when it can. */
  static String refusal(NvmeNamespace namespace) {
    if (namespace.isZoned()) {
      return "it is zoned, and must be written as its zones say";
    }
    int metadata = namespace.identify().metadataBytes();
    return metadata == 0 ? null : "its blocks have %d bytes of metadata each".formatted(metadata);
  }

  static BdevGeometry of(NvmeNamespace namespace) {
    IdentifyNamespace identify = namespace.identify();
    int block = namespace.blockBytes();
    int unit = identify.preferredWriteBlocks();
    int physical = Integer.bitCount(unit) == 1 ? block * unit : block;
    return new BdevGeometry(
        block, physical, identify.optimalBoundaryBlocks(), 0, unit > 1 ? unit : 0, 0, 0, 0);
  }
}

package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevGeometry;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.NvmOpcode;

/** What of a namespace's format matters to who uses it as a disk. */
final class NamespaceGeometry {
  private NamespaceGeometry() {}

  /** Why it cannot be a bdev; null when it can. */
  static String refusal(NvmeNamespace namespace) {
    if (namespace.isZoned()) {
      return "it is zoned, and must be written as its zones say";
    }
    return namespace.canHideMetadata()
        ? null
        : "its blocks have %d bytes of metadata each, more than protection information"
            .formatted(namespace.identify().metadataBytes());
  }

  /**
   * Flags of commands with data: the controller makes protection information of its own, takes it
   * away again, and checks what an operator wants checked. Only type 1 has reference tags that do
   * not depend on the host.
   */
  static int protection(NvmeNamespace namespace, NvmeAttach asked) {
    int type = namespace.protectionType();
    if (type == 0) {
      return 0;
    }
    return NvmOpcode.PRACT
        | (asked.prchk_guard() ? NvmOpcode.PRCHK_GUARD : 0)
        | (asked.prchk_reftag() && type == 1 ? NvmOpcode.PRCHK_REFERENCE_TAG : 0);
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

package io.vireo.nvme;

import io.vireo.nvme.spec.IdentifyNamespace;

/**
 * A namespace as it was identified.
 *
 * @param id its number at the controller, from 1
 */
public record NvmeNamespace(int id, IdentifyNamespace identify) {
  public long blocks() {
    return identify.sizeBlocks();
  }

  public int blockBytes() {
    return 1 << identify.blockShift();
  }

  public int blockShift() {
    return identify.blockShift();
  }
}

package io.vireo.nvme;

import io.vireo.nvme.spec.IdentifyNamespace;
import io.vireo.nvme.spec.NamespaceIdentifiers;
import io.vireo.nvme.spec.ZonedNamespace;
import java.util.Objects;

/**
 * A namespace as it was identified.
 *
 * @param id its number at the controller, from 1
 * @param identifiers what it is called by wherever it is attached
 * @param zones null: it has none
 * @param boundaryBlocks no command with data should cross a multiple of it; 0: none
 */
public record NvmeNamespace(
    int id,
    IdentifyNamespace identify,
    NamespaceIdentifiers identifiers,
    ZonedNamespace zones,
    long boundaryBlocks) {
  /** The least block there can be (NVM figure 98, LBADS). */
  private static final int MIN_BLOCK_SHIFT = 9;

  /** Blocks that no command could carry. */
  private static final int MAX_BLOCK_SHIFT = 16;

  private static final int PROTECTION_TYPE = 0b111; // of DPS

  public long blocks() {
    return identify.sizeBlocks();
  }

  public int blockBytes() {
    return 1 << identify.blockShift();
  }

  public int blockShift() {
    return identify.blockShift();
  }

  public boolean isZoned() {
    return zones != null;
  }

  /** Why it cannot be used, null when it can: what the controller tells makes no sense to us. */
  static String trouble(int id, IdentifyNamespace data, int maxTransferBytes) {
    int shift = data.blockShift();
    if (shift < MIN_BLOCK_SHIFT || shift > MAX_BLOCK_SHIFT) {
      return "namespace %d has blocks of 2^%d bytes, not of 2^%d to 2^%d"
          .formatted(id, shift, MIN_BLOCK_SHIFT, MAX_BLOCK_SHIFT);
    }
    boolean moved = data.extendedLba() && !canHideMetadata(data);
    int unit = (1 << shift) + (moved ? data.metadataBytes() : 0);
    if (unit > maxTransferBytes) {
      return "namespace %d has blocks of %d bytes, more than the %d of the longest command"
          .formatted(id, unit, maxTransferBytes);
    }
    if (data.sizeBlocks() < 0 || data.sizeBlocks() > Long.MAX_VALUE >> shift) {
      return "namespace %d has %s blocks, more than 2^63 bytes"
          .formatted(id, Long.toUnsignedString(data.sizeBlocks()));
    }
    return null;
  }

  /** Type of its protection information (NVM 5.2); 0: none. */
  public int protectionType() {
    return protectionType(identify);
  }

  private static int protectionType(IdentifyNamespace data) {
    return data.protection() & PROTECTION_TYPE;
  }

  /** Whether a block's metadata are nothing that a host must have: {@code PRACT} hides them. */
  public boolean canHideMetadata() {
    return canHideMetadata(identify);
  }

  private static boolean canHideMetadata(IdentifyNamespace data) {
    return data.metadataBytes() == 0
        || (protectionType(data) != 0 && data.metadataBytes() == Dif.BYTES);
  }

  /** Whether its blocks look as they did. */
  boolean hasFormatOf(NvmeNamespace earlier) {
    return blockShift() == earlier.blockShift()
        && identify.metadataBytes() == earlier.identify.metadataBytes()
        && identify.extendedLba() == earlier.identify.extendedLba()
        && identify.protection() == earlier.identify.protection()
        && identify.writeProtected() == earlier.identify.writeProtected()
        && Objects.equals(zones, earlier.zones);
  }
}

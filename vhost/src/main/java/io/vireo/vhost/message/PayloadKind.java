package io.vireo.vhost.message;

/** Layouts a payload can have, and the sizes in bytes that each allows (section "Payload"). */
enum PayloadKind {
  NONE(0, 0),
  U64(8, 8),
  VRING_STATE(VringState.BYTES, VringState.BYTES),
  VRING_ADDRESS(VringAddress.BYTES, VringAddress.BYTES),
  MEMORY_TABLE(MemoryTable.HEADER_BYTES, MemoryTable.MAX_BYTES),
  MEMORY_REGION(MemoryRegion.SINGLE_BYTES, MemoryRegion.SINGLE_BYTES),
  CONFIG(ConfigSpace.HEADER_BYTES, ConfigSpace.MAX_BYTES);

  final int minBytes;
  final int maxBytes;

  PayloadKind(int minBytes, int maxBytes) {
    this.minBytes = minBytes;
    this.maxBytes = maxBytes;
  }

  boolean allows(int bytes) {
    return bytes >= minBytes && bytes <= maxBytes;
  }
}

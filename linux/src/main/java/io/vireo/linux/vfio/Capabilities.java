package io.vireo.linux.vfio;

import static io.vireo.linux.vfio.VfioAbi.CAP_HEADER_BYTES;
import static io.vireo.linux.vfio.VfioAbi.CAP_ID;
import static io.vireo.linux.vfio.VfioAbi.CAP_NEXT;

import io.vireo.linux.Mem;

/**
 * The chain of capabilities behind what the kernel tells of an IOMMU or a region (struct
 * vfio_info_cap_header). They lie at any offset: those of Linux 6.1 are not multiples of 8.
 */
final class Capabilities {
  private Capabilities() {}

  /** One of them. */
  interface Visitor {
    /**
     * Takes it.
     *
     * @param id which sort
     * @param address where its header is
     * @param bytes how many there are from its header on
     */
    void visit(int id, long address, long bytes);
  }

  /**
   * Shows all of them.
   *
   * @param info where the information begins
   * @param headBytes how long its fixed part is
   * @param bytes how long all of it is
   * @param first the first one's offset; 0: there are none
   */
  static void visit(long info, int headBytes, long bytes, long first, Visitor visitor) {
    long previous = headBytes - 1L;
    long at = first;
    while (at != 0) {
      // The kernel lays them out one behind the other; a chain that goes back would never end.
      if (at <= previous || at + CAP_HEADER_BYTES > bytes) {
        throw new IllegalStateException(
            "capability at offset " + at + " of " + bytes + " bytes of VFIO information");
      }
      int id = Short.toUnsignedInt(Mem.getShort(info + at + CAP_ID));
      visitor.visit(id, info + at, bytes - at);
      previous = at;
      at = Integer.toUnsignedLong(Mem.getInt(info + at + CAP_NEXT));
    }
  }

  /** How many elements a capability has; refuses more than there is room for. */
  static int count(
      long capability, int countOffset, int elements, int elementBytes, long capabilityBytes) {
    long count = Integer.toUnsignedLong(Mem.getInt(capability + countOffset));
    if (elements + count * elementBytes > capabilityBytes) {
      throw new IllegalStateException(
          "%d elements of %d bytes in a capability of %d bytes"
              .formatted(count, elementBytes, capabilityBytes));
    }
    return (int) count;
  }
}

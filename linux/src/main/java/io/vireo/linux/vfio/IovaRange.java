package io.vireo.linux.vfio;

/**
 * Addresses that a device may use for DMA, both ends included.
 *
 * @param first the lowest
 * @param last the highest, unsigned: 0xffffffffffff of an IOMMU with 48 bits
 */
public record IovaRange(long first, long last) {
  /** Whether a mapping of {@code bytes} at {@code iova} lies within. */
  public boolean contains(long iova, long bytes) {
    long end = iova + bytes - 1;
    return bytes > 0
        && Long.compareUnsigned(iova, end) <= 0
        && Long.compareUnsigned(iova, first) >= 0
        && Long.compareUnsigned(end, last) <= 0;
  }

  @Override
  public String toString() {
    return "0x%x-0x%x".formatted(first, last);
  }
}

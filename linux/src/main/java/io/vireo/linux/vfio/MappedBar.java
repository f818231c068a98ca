package io.vireo.linux.vfio;

import io.vireo.linux.Libc;
import io.vireo.linux.pci.PciAddress;

/**
 * The memory behind a base address register, mapped: read and written through the register methods
 * of {@link io.vireo.linux.Mem}, while memory access is on ({@link PciConfig#enable}).
 */
public final class MappedBar implements AutoCloseable {
  private final long address;
  private final long bytes;
  private boolean closed;

  private MappedBar(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  static MappedBar map(int fd, VfioRegion region, PciAddress device) {
    if (region.bytes() == 0) {
      throw new IllegalArgumentException(device + " has no BAR " + region.index());
    }
    if (!region.mappable()) {
      throw new IllegalArgumentException(
          "BAR %d of %s cannot be mapped: it is not memory, or shorter than a page"
              .formatted(region.index(), device));
    }
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    long address = Libc.mmap(0, region.bytes(), prot, Libc.MAP_SHARED, fd, region.offset());
    return new MappedBar(address, region.bytes());
  }

  /** Where its first byte is. */
  public long address() {
    return address;
  }

  public long bytes() {
    return bytes;
  }

  /** Unmaps it, once nobody touches it any more; a second time does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.munmap(address, bytes);
    }
  }
}

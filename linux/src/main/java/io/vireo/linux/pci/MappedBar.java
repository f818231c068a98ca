package io.vireo.linux.pci;

import io.vireo.linux.Libc;
import java.util.List;

/**
 * The memory behind a base address register, mapped: read and written through the register methods
 * of {@link io.vireo.linux.Mem}, while memory access is on ({@link PciConfig#enable}).
 *
 * <p>Some kernels keep a part for themselves, such as the page with the table of MSI-X: nothing is
 * there, and touching it ends the process. {@link #mappedBytes} tells what may be touched.
 */
public final class MappedBar implements AutoCloseable {
  private final long address;
  private final long bytes;
  private final List<Area> areas;
  private boolean closed;

  private MappedBar(long address, long bytes, List<Area> areas) {
    this.address = address;
    this.bytes = bytes;
    this.areas = areas;
  }

  /**
   * A part of a BAR that can be mapped.
   *
   * @param offset where it begins in the BAR, a multiple of the page, as is its length
   */
  public record Area(long offset, long bytes) {
    private long end() {
      return offset + bytes;
    }
  }

  /**
   * Refuses a BAR that is not there or not to be mapped.
   *
   * @param bytes how long it is; 0: there is none
   * @param mappable whether any of it can be mapped
   */
  public static void check(PciAddress device, int bar, long bytes, boolean mappable) {
    if (bytes == 0) {
      throw new IllegalArgumentException(device + " has no BAR " + bar);
    }
    if (!mappable) {
      throw new IllegalArgumentException(
          "BAR %d of %s cannot be mapped: it is not memory, or shorter than a page"
              .formatted(bar, device));
    }
  }

  /**
   * Maps a BAR.
   *
   * @param offset where it lies in the file {@code fd}
   * @param bytes how long it is
   * @param areas what of it is mapped, in ascending order
   */
  public static MappedBar map(int fd, long offset, long bytes, List<Area> areas) {
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE;
    long address = Libc.mmap(0, bytes, Libc.PROT_NONE, flags, -1, 0);
    try {
      for (Area area : areas) {
        if (area.offset() < 0 || area.bytes() <= 0 || area.bytes() > bytes - area.offset()) {
          throw new IllegalArgumentException(area + " is not within a BAR of " + bytes + " bytes");
        }
        int prot = Libc.PROT_READ | Libc.PROT_WRITE;
        int fixed = Libc.MAP_SHARED | Libc.MAP_FIXED;
        long at = address + area.offset();
        Libc.mmap(at, area.bytes(), prot, fixed, fd, offset + area.offset());
      }
      return new MappedBar(address, bytes, List.copyOf(areas));
    } catch (RuntimeException e) {
      Libc.munmap(address, bytes);
      throw e;
    }
  }

  /** Where its first byte is, or would be. */
  public long address() {
    return address;
  }

  public long bytes() {
    return bytes;
  }

  /** How many bytes from {@code offset} on are mapped; 0 when that one is not. */
  public long mappedBytes(long offset) {
    long end = offset;
    for (Area area : areas) {
      if (area.offset() <= end && end < area.end()) {
        end = area.end();
      }
    }
    return end - offset;
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

package io.vireo.virtio;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.HostMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A guest's memory: one or several regions that adjoin for the guest but not for us, so that a
 * buffer across a boundary is in two places. What is handed out by {@link #allocate} is taken from
 * the first region, bottom up.
 */
public final class GuestRam implements AutoCloseable {
  /** Where the guest's memory begins for the guest. */
  public static final long GPA = 0x1_0000_0000L;

  private static final long UVA = 0x7f12_3400_0000L;
  private static final long PAGE_BYTES = 4096;
  private static final long GAP_BYTES = PAGE_BYTES; // behind each region, canaries

  private static final byte CANARY = (byte) 0xc5;
  private static final long CANARIES = 0xc5c5_c5c5_c5c5_c5c5L;

  private final long base;
  private final Runnable unmap;
  private final int fd;
  private final List<GuestRegion> regions = new ArrayList<>();
  private long allocated;

  private GuestRam(long base, Runnable unmap, int fd, long... sizes) {
    this.base = base;
    this.unmap = unmap;
    this.fd = fd;
    long hva = base + GAP_BYTES;
    long gpa = GPA;
    Mem.fill(base, GAP_BYTES, CANARY);
    for (long size : sizes) {
      regions.add(GuestRegion.over(gpa, size, UVA + gpa, hva));
      Mem.fill(hva + size, GAP_BYTES, CANARY);
      gpa += size;
      hva += size + GAP_BYTES;
    }
  }

  /** Memory of regions of these sizes. */
  public static GuestRam of(long... sizes) {
    long bytes = withGaps(sizes);
    HostMemory host = HostMemory.allocate(bytes, "test-guest", HostMemory.HugePages.NEVER);
    return new GuestRam(host.address(), host::close, -1, sizes);
  }

  /** One region of a file that can be truncated. */
  public static GuestRam truncatable(long size) {
    long bytes = withGaps(size);
    int fd = Libc.memfdCreate("test-guest", Libc.MFD_CLOEXEC);
    Libc.ftruncate(fd, bytes);
    int access = Libc.PROT_READ | Libc.PROT_WRITE;
    long base = Libc.mmap(0, bytes, access, Libc.MAP_SHARED, fd, 0);
    Runnable unmap =
        () -> {
          Libc.munmap(base, bytes);
          Libc.close(fd);
        };
    return new GuestRam(base, unmap, fd, size);
  }

  private static long withGaps(long... sizes) {
    return GAP_BYTES + LongStream.of(sizes).map(size -> size + GAP_BYTES).sum();
  }

  /** Takes the memory away from the page of {@code gpa} on, as a hostile front-end can. */
  public void truncate(long gpa) {
    Libc.ftruncate(fd, (hva(gpa) - base) & -PAGE_BYTES);
  }

  /** The table that a session would build. */
  public GuestMemory table() {
    return GuestMemory.of(regions);
  }

  public List<GuestRegion> regions() {
    return List.copyOf(regions);
  }

  /** Guest-physical address of {@code bytes} bytes that nobody else has, aligned to 64. */
  public long allocate(long bytes) {
    long gpa = GPA + allocated;
    allocated += (bytes + 63) & -64;
    if (allocated > regions.getFirst().bytes()) {
      throw new IllegalStateException("the first region has no " + bytes + " bytes left");
    }
    return gpa;
  }

  /** Host address of a byte that must be there. */
  public long hva(long gpa) {
    for (GuestRegion region : regions) {
      if (gpa >= region.gpa() && gpa < region.gpa() + region.bytes()) {
        return region.hva() + (gpa - region.gpa());
      }
    }
    throw new IllegalArgumentException("gpa 0x%x is in no region".formatted(gpa));
  }

  /** Front-end virtual address. */
  public long uva(long gpa) {
    return UVA + gpa;
  }

  /** Guest-physical end of the memory. */
  public long end() {
    GuestRegion last = regions.getLast();
    return last.gpa() + last.bytes();
  }

  /** Reads bytes, across regions if need be. */
  public byte[] get(long gpa, int bytes) {
    byte[] read = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      read[i] = Mem.getByte(hva(gpa + i));
    }
    return read;
  }

  /** Writes bytes, across regions if need be. */
  public void put(long gpa, byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      Mem.putByte(hva(gpa + i), bytes[i]);
    }
  }

  /** Fills bytes of one region. */
  public void fill(long gpa, long bytes, int value) {
    Mem.fill(hva(gpa), bytes, (byte) value);
  }

  /** Whether nothing was written before, between and behind the regions. */
  public boolean canariesIntact() {
    boolean intact = intact(base);
    for (GuestRegion region : regions) {
      intact &= intact(region.hva() + region.bytes());
    }
    return intact;
  }

  private static boolean intact(long gap) {
    for (long i = 0; i < GAP_BYTES; i += Long.BYTES) {
      if (Mem.getLong(gap + i) != CANARIES) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    unmap.run();
  }
}

package io.vireo.memreg;

import io.vireo.linux.Libc;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest's memory as a hypervisor shares it: one memfd, several regions of it, mapped through a
 * {@link MappingCache}. Regions lie in the file one behind the other, wherever the guest sees them.
 */
public final class GuestMemoryFixture implements AutoCloseable {
  /** Where the guest sees a region, and how large it is. */
  public record Area(long gpa, long bytes) {}

  /** What a region's front-end virtual address is more than its guest-physical one. */
  public static final long UVA_OFFSET = 0x7e00_0000_0000L;

  private final MappingCache mappings = new MappingCache(new MemoryRegistry());
  private final GuestMemory memory;
  private final int fd;

  public GuestMemoryFixture(Area... areas) {
    fd = memfd(List.of(areas).stream().mapToLong(Area::bytes).sum());
    List<GuestRegion> regions = new ArrayList<>();
    long offset = 0;
    for (Area area : areas) {
      Mapping mapping = mappings.acquire(fd, offset, area.bytes());
      regions.add(new GuestRegion(area.gpa(), area.bytes(), area.gpa() + UVA_OFFSET, mapping));
      offset += area.bytes();
    }
    memory = GuestMemory.of(regions);
  }

  /** One region from guest-physical address 0 on. */
  public static GuestMemoryFixture of(long bytes) {
    return new GuestMemoryFixture(new Area(0, bytes));
  }

  /** A memory file as guests have them; the caller closes it. */
  public static int memfd(long bytes) {
    int fd = Libc.memfdCreate("vireo-test-guest", 0);
    Libc.ftruncate(fd, bytes);
    return fd;
  }

  public GuestMemory memory() {
    return memory;
  }

  public MappingCache mappings() {
    return mappings;
  }

  /** The memory file: truncate it to play a broken hypervisor. */
  public int fd() {
    return fd;
  }

  /** The host address of a guest-physical one. */
  public long hva(long gpa) {
    long hva = memory.translator().hva(gpa, 1);
    if (hva == 0) {
      throw new IllegalArgumentException("gpa 0x%x lies in no region".formatted(gpa));
    }
    return hva;
  }

  /** The front-end virtual address of a guest-physical one. */
  public long uva(long gpa) {
    return gpa + UVA_OFFSET;
  }

  @Override
  public void close() {
    memory.regions().forEach(r -> r.mapping().close());
    Libc.close(fd);
  }
}

package io.vireo.vhost.frontend;

import io.vireo.linux.Libc;
import io.vireo.vhost.message.MemoryRegion;
import java.util.ArrayList;
import java.util.List;

/**
 * Guest memory as a hypervisor has it: memory files, mapped here and shared with a back-end. Its
 * front-end virtual addresses are this process's own.
 */
public final class FrontendMemory implements AutoCloseable {
  /**
   * A part of the memory.
   *
   * @param gpa where the guest sees it
   * @param hva where this process sees it, and what SET_VRING_ADDR names
   * @param fd its file; may be the file of other regions, too
   */
  public record Region(long gpa, long bytes, long hva, int fd, long fileOffset) {
    /** How the protocol describes it. */
    public MemoryRegion description() {
      return new MemoryRegion(gpa, bytes, hva, fileOffset);
    }

    private boolean holds(long address, long count) {
      return address >= gpa && address + count <= gpa + bytes;
    }
  }

  private static final int PAGE_BYTES = 4096;

  private final String name;
  private final List<Region> regions = new ArrayList<>();
  private final List<Integer> files = new ArrayList<>();
  private Region allocating; // from which allocate takes
  private long allocated;

  /** No memory yet; {@code name} is that of its files, as /proc/self/maps shows them. */
  public FrontendMemory(String name) {
    this.name = name;
  }

  /** One region of its own file at guest address 0. */
  public static FrontendMemory of(String name, long bytes) {
    FrontendMemory memory = new FrontendMemory(name);
    memory.add(0, bytes);
    return memory;
  }

  /** A region with a file of its own. */
  public Region add(long gpa, long bytes) {
    int fd = Libc.memfdCreate(name, 0);
    files.add(fd);
    Libc.ftruncate(fd, bytes);
    return map(gpa, bytes, fd, 0);
  }

  /** Neighbouring regions that lie in one file one behind the other. */
  public List<Region> addAdjacent(long gpa, long... sizes) {
    int fd = Libc.memfdCreate(name, 0);
    files.add(fd);
    List<Region> added = new ArrayList<>();
    long offset = 0;
    for (long bytes : sizes) {
      Libc.ftruncate(fd, offset + bytes);
      added.add(map(gpa + offset, bytes, fd, offset));
      offset += bytes;
    }
    return added;
  }

  private Region map(long gpa, long bytes, int fd, long offset) {
    int access = Libc.PROT_READ | Libc.PROT_WRITE;
    long hva = Libc.mmap(0, bytes, access, Libc.MAP_SHARED, fd, offset);
    Region region = new Region(gpa, bytes, hva, fd, offset);
    regions.add(region);
    return region;
  }

  public List<Region> regions() {
    return List.copyOf(regions);
  }

  /** Forgets and unmaps a region; its file stays open until the end. */
  public void remove(Region region) {
    regions.remove(region);
    Libc.munmap(region.hva(), region.bytes());
  }

  /** Guest address of {@code bytes} that nobody else has got, in the first region. */
  public long allocate(long bytes, long alignment) {
    if (allocating == null) {
      allocating = regions.getFirst();
      // Guest address 0 is never given away: it is what an uninitialised pointer looks like.
      allocated = PAGE_BYTES;
    }
    long gpa = (allocating.gpa() + allocated + alignment - 1) & -alignment;
    if (!allocating.holds(gpa, bytes)) {
      throw new IllegalStateException(
          "%d bytes are more than what is left of %d".formatted(bytes, allocating.bytes()));
    }
    allocated = gpa + bytes - allocating.gpa();
    return gpa;
  }

  /** Where this process sees a guest address. */
  public long hva(long gpa) {
    return regions.stream()
        .filter(r -> r.holds(gpa, 1))
        .mapToLong(r -> r.hva() + (gpa - r.gpa()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("0x%x lies in no region".formatted(gpa)));
  }

  @Override
  public void close() {
    List.copyOf(regions).forEach(this::remove);
    files.forEach(Libc::close);
    files.clear();
  }
}

package io.vireo.vhost;

import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.GuestRegion;
import io.vireo.memreg.Mapping;
import io.vireo.memreg.MappingCache;
import io.vireo.vhost.message.MemoryRegion;
import io.vireo.vhost.message.PassedFds;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's memory as a session has it mapped. Session's thread only, but for {@link #overlaps}
 * and {@link #pinned}.
 *
 * <p>A change never stops a ring: the new regions are mapped, a new table is handed to the queues,
 * and mappings that are in it no more are closed once nothing uses them. Only then is the change
 * done. What cannot be mapped, or overlaps, leaves everything as it was.
 */
final class SessionMemory implements AutoCloseable {
  /** As many regions as other back-ends take; what GET_MAX_MEM_SLOTS answers. */
  static final int MAX_SLOTS = 509;

  /** Who has to take a new table before a mapping may go. */
  interface User {
    /**
     * Uses {@code next} from now on.
     *
     * @param regionsGo a region is in it no more: nothing may use that when this returns
     */
    void memory(GuestMemory next, boolean regionsGo);

    /** What was waiting for memory may use what there is now. */
    void memoryChanged();
  }

  private final MappingCache cache;
  private final MemoryQuota quota;
  private final User user;
  private final MemoryPins pins;

  /** Every region that is mapped, and with its mapping closed at the end. */
  private final List<GuestRegion> mapped = new ArrayList<>();

  private volatile GuestMemory table = GuestMemory.EMPTY;

  /**
   * @param quota what all sessions of a controller may have mapped
   */
  SessionMemory(MappingCache cache, MemoryQuota quota, User user, MemoryPins pins) {
    this.cache = cache;
    this.quota = quota;
    this.user = user;
    this.pins = pins;
  }

  /** SET_MEM_TABLE: these regions and no others, each with the descriptor at its place. */
  void set(List<MemoryRegion> regions, PassedFds fds) {
    if (regions.size() != fds.count()) {
      throw new IllegalArgumentException(
          "%d regions came with %d descriptors".formatted(regions.size(), fds.count()));
    }
    List<GuestRegion> next = new ArrayList<>();
    GuestMemory all;
    try {
      for (int i = 0; i < regions.size(); i++) {
        next.add(map(regions.get(i), fds.get(i)));
      }
      all = GuestMemory.of(next);
    } catch (RuntimeException e) {
      unmap(next);
      throw e;
    }
    change(all, next, List.copyOf(mapped));
  }

  /** ADD_MEM_REG. */
  void add(MemoryRegion region, PassedFds fds) {
    if (table.regions().size() >= MAX_SLOTS) {
      throw new IllegalArgumentException("all %d memory slots are in use".formatted(MAX_SLOTS));
    }
    GuestRegion added = map(region, fds.get(0));
    GuestMemory all;
    try {
      all = table.plus(added);
    } catch (RuntimeException e) {
      unmap(List.of(added));
      throw e;
    }
    change(all, List.of(added), List.of());
  }

  /** REM_MEM_REG: a region is known by its guest address, user address and size. */
  void remove(MemoryRegion region) {
    GuestMemory rest = table.minus(region.gpa(), region.bytes(), region.uva());
    GuestRegion gone = table.region(region.gpa(), region.bytes(), region.uva()).orElseThrow();
    change(rest, List.of(), List.of(gone));
  }

  /**
   * Looks whether a file has become shorter than what is mapped of it, and if so puts empty pages
   * where it has none any more, so that what is in flight can end.
   */
  boolean replaceLost() {
    List<Mapping> lost =
        mapped.stream().map(GuestRegion::mapping).filter(Mapping::fileTooShort).toList();
    lost.forEach(Mapping::replaceLost);
    return !lost.isEmpty();
  }

  /** Whether another session uses some of the same memory. Any thread. */
  boolean overlaps(SessionMemory other) {
    List<GuestRegion> theirs = other.table.regions();
    return table.regions().stream()
        .anyMatch(mine -> theirs.stream().anyMatch(their -> their.hva() == mine.hva()));
  }

  /** Pins or unpins all regions, if that is wanted otherwise than before. */
  void settlePins() {
    mapped.forEach(region -> pins.settle(region.mapping()));
    pins.regions(mapped);
  }

  /** How much of it devices reach. Any thread. */
  PinnedMemory pinned() {
    return pins.state();
  }

  @Override
  public void close() {
    table = GuestMemory.EMPTY;
    unmap(mapped);
    mapped.clear();
    pins.regions(mapped);
  }

  private GuestRegion map(MemoryRegion region, int fd) {
    quota.take(region.bytes());
    Mapping mapping = null;
    try {
      mapping = cache.acquire(fd, region.fileOffset(), region.bytes());
      GuestRegion mine = new GuestRegion(region.gpa(), region.bytes(), region.uva(), mapping);
      pins.settle(mapping);
      return mine;
    } catch (Throwable t) {
      if (mapping != null) {
        mapping.close();
      }
      quota.give(region.bytes());
      throw t;
    }
  }

  private void change(GuestMemory next, List<GuestRegion> added, List<GuestRegion> removed) {
    mapped.addAll(added);
    boolean regionsGo = removed.stream().anyMatch(gone -> !isIn(gone, next));
    table = next;
    user.memory(next, regionsGo);
    mapped.removeAll(removed);
    unmap(removed);
    pins.regions(mapped);
    user.memoryChanged(); // last: it may refuse to start something
  }

  private static boolean isIn(GuestRegion region, GuestMemory memory) {
    return memory
        .region(region.gpa(), region.bytes(), region.uva())
        .filter(same -> same.hva() == region.hva())
        .isPresent();
  }

  private void unmap(List<GuestRegion> regions) {
    Closing.all(regions.stream().map(GuestRegion::mapping).toArray(Mapping[]::new));
    regions.forEach(region -> quota.give(region.bytes()));
  }
}

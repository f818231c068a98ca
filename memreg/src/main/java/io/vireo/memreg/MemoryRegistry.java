package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ADDRESS_SPACE_BYTES;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which memory of this process devices may reach, by host virtual address.
 *
 * <p>Regions are made of whole 4 KiB pages; a 2 MiB entry of the page table belongs to one region
 * only, so that a driver may keep one translation for it. Subscribers are told about every region,
 * in the order in which they subscribed, and about its end in the reverse order, always before the
 * memory can go. Without subscribers what it takes, of time and of the heap, does not depend on how
 * much memory is registered: a front-end chooses that.
 *
 * <p>Any thread, one lock; subscribers are called under it. What fails to begin, be it a
 * registration or a subscription, leaves the registry and the subscribers as they were; what ends
 * ends in any case.
 */
public final class MemoryRegistry {
  /** Registered memory, exactly as it was registered. */
  public record Region(long hva, long bytes) {
    boolean overlaps(Region other) {
      return hva < other.end() && other.hva < end();
    }

    long end() {
      return hva + bytes;
    }

    long firstEntry() {
      return hva & -ENTRY_BYTES;
    }

    long endOfEntries() {
      return (end() + ENTRY_BYTES - 1) & -ENTRY_BYTES;
    }
  }

  /** One region and one of those who must know it. */
  private record Notice(MemorySubscriber to, Region region) {
    void registered() {
      to.registered(region.hva, region.bytes);
    }

    void unregistered() {
      to.unregistered(region.hva, region.bytes);
    }
  }

  /** What addresses and sizes are multiples of. */
  static final long PAGE_BYTES = 4096;

  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Region> regions = new TreeMap<>();
  private final List<MemorySubscriber> subscribers = new ArrayList<>();

  /**
   * Registers memory and tells all subscribers. If one of them throws, those told before it are
   * told the region's end and the exception goes on to the caller.
   *
   * @throws ErrnoException EINVAL: not whole pages, no bytes, beyond 256 TiB; EBUSY: overlaps what
   *     is registered, or shares a 2 MiB entry with it
   */
  public void register(long hva, long bytes) {
    checkRange("register", hva, bytes);
    Region region = new Region(hva, bytes);
    enter();
    try {
      checkFree(region);
      tellAll(subscribers.stream().map(s -> new Notice(s, region)).toList());
      regions.put(hva, region);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends a registration, which is named by the start and the size it was made with. All subscribers
   * are told even if one of them throws; the first exception then goes on to the caller.
   *
   * @throws ErrnoException EINVAL: not whole pages, or the region that starts there has another
   *     size; ENOENT: no region starts there
   */
  public void unregister(long hva, long bytes) {
    checkRange("unregister", hva, bytes);
    enter();
    try {
      Region region = regions.get(hva);
      if (region == null) {
        throw refusal("unregister", hva, bytes, "where no region starts", Errno.ENOENT);
      }
      if (region.bytes != bytes) {
        String why = "where a region of 0x%x bytes starts".formatted(region.bytes);
        throw refusal("unregister", hva, bytes, why, Errno.EINVAL);
      }
      regions.remove(hva);
      takeBackAll(subscribers.stream().map(s -> new Notice(s, region)).toList());
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on tells {@code subscriber} about every region, beginning with those that are
   * registered already. If it throws on one of these, it is told the end of those before it and is
   * not subscribed.
   */
  public void subscribe(MemorySubscriber subscriber) {
    enter();
    try {
      if (subscribers.contains(subscriber)) {
        throw new IllegalStateException("subscriber " + subscriber + " is subscribed already");
      }
      tellAll(noticesOfAllRegions(subscriber));
      subscribers.add(subscriber);
    } finally {
      lock.unlock();
    }
  }

  /** Tells {@code subscriber} the end of every region, and nothing any more. */
  public void unsubscribe(MemorySubscriber subscriber) {
    enter();
    try {
      if (!subscribers.remove(subscriber)) {
        throw new IllegalStateException("subscriber " + subscriber + " is not subscribed");
      }
      takeBackAll(noticesOfAllRegions(subscriber));
    } finally {
      lock.unlock();
    }
  }

  /** Whether every byte of a range is registered, be it in several adjacent regions. */
  public boolean isRegistered(long hva, long bytes) {
    if (bytes <= 0 || hva >>> 48 != 0 || bytes > ADDRESS_SPACE_BYTES - hva) {
      return false;
    }
    lock.lock();
    try {
      long at = hva;
      while (at < hva + bytes) {
        Map.Entry<Long, Region> below = regions.floorEntry(at);
        if (below == null || at >= below.getValue().end()) {
          return false;
        }
        at = below.getValue().end();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** All regions in the order of their addresses. */
  public List<Region> regions() {
    lock.lock();
    try {
      return List.copyOf(regions.values());
    } finally {
      lock.unlock();
    }
  }

  private void enter() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a memory subscriber changed the registry while being told");
    }
    lock.lock();
  }

  private void checkFree(Region wanted) {
    Region owner = firstInEntriesOf(wanted);
    if (owner == null) {
      return;
    }
    String how = owner.overlaps(wanted) ? "overlapping" : "sharing a 2 MiB entry with";
    String why = "%s a region of 0x%x bytes at 0x%x".formatted(how, owner.bytes, owner.hva);
    throw refusal("register", wanted.hva, wanted.bytes, why, Errno.EBUSY);
  }

  /** The lowest region that has any of the 2 MiB entries that this one would have, or null. */
  private Region firstInEntriesOf(Region wanted) {
    Map.Entry<Long, Region> below = regions.floorEntry(wanted.firstEntry());
    if (below != null && below.getValue().endOfEntries() > wanted.firstEntry()) {
      return below.getValue();
    }
    Map.Entry<Long, Region> above = regions.higherEntry(wanted.firstEntry());
    return above != null && above.getKey() < wanted.endOfEntries() ? above.getValue() : null;
  }

  private List<Notice> noticesOfAllRegions(MemorySubscriber subscriber) {
    return regions.values().stream().map(r -> new Notice(subscriber, r)).toList();
  }

  /** Tells all or, when one throws, takes back what was told and throws the same. */
  private static void tellAll(List<Notice> notices) {
    int told = 0;
    try {
      for (Notice notice : notices) {
        notice.registered();
        told++;
      }
    } catch (Throwable refused) {
      try {
        takeBackAll(notices.subList(0, told));
      } catch (Throwable second) {
        refused.addSuppressed(second);
      }
      throw refused;
    }
  }

  /** Takes all back, the last first; throws in the end if one has thrown. */
  private static void takeBackAll(List<Notice> notices) {
    Throwable first = null;
    for (Notice notice : notices.reversed()) {
      try {
        notice.unregistered();
      } catch (RuntimeException | Error failed) {
        if (first == null) {
          first = failed;
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    switch (first) {
      case null -> {}
      case Error error -> throw error;
      default -> throw (RuntimeException) first;
    }
  }

  private static void checkRange(String call, long hva, long bytes) {
    if (((hva | bytes) & (PAGE_BYTES - 1)) != 0) {
      throw refusal(call, hva, bytes, "not made of whole 4 KiB pages", Errno.EINVAL);
    }
    if (bytes <= 0 || hva >>> 48 != 0 || bytes > ADDRESS_SPACE_BYTES - hva) {
      throw refusal(call, hva, bytes, "empty or beyond 256 TiB", Errno.EINVAL);
    }
  }

  private static ErrnoException refusal(String call, long hva, long bytes, String why, int errno) {
    return new ErrnoException(call, errno, "of 0x%x bytes at 0x%x, %s".formatted(bytes, hva, why));
  }
}

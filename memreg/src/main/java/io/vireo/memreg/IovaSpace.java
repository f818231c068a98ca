package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ADDRESS_SPACE_BYTES;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;

import io.vireo.linux.vfio.IovaRange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which addresses of devices are taken and which are free, in whole 2 MiB entries. One thread at a
 * time.
 *
 * <p>Where they may lie changes: each group that joins a container rules out what its devices
 * cannot reach, and allows it again when it leaves. What is taken stays so: the kernel refuses a
 * group that would rule it out.
 */
final class IovaSpace {
  /** No room. */
  static final long NONE = FreeRanges.NONE;

  private final TreeMap<Long, Long> taken = new TreeMap<>(); // ends by start
  private List<IovaRange> ranges = List.of();
  private FreeRanges free = new FreeRanges();

  /** What is taken from now on lies within these ranges. */
  void allow(List<IovaRange> now) {
    if (now.equals(ranges)) {
      return;
    }
    ranges = List.copyOf(now);
    free = new FreeRanges();
    long at = 0;
    for (Map.Entry<Long, Long> next : taken.entrySet()) {
      addAllowed(at, next.getKey());
      at = next.getValue();
    }
    addAllowed(at, ADDRESS_SPACE_BYTES);
  }

  /** Frees what is allowed from {@code from} to {@code to}. */
  private void addAllowed(long from, long to) {
    for (IovaRange range : ranges) {
      long start = Math.max(from, start(range));
      long end = Math.min(to, end(range));
      if (start < end) {
        free.add(start, end - start);
      }
    }
  }

  /** Address 0 stays unused: to devices and drivers it means that there is none. */
  private static long start(IovaRange range) {
    long first = clamp(range.first());
    return Math.max(ENTRY_BYTES, Aligned.up(first, ENTRY_BYTES));
  }

  private static long end(IovaRange range) {
    long last = clamp(range.last());
    return (last + 1) & -ENTRY_BYTES;
  }

  private static long clamp(long address) {
    long most = ADDRESS_SPACE_BYTES - 1;
    return Long.compareUnsigned(address, most) > 0 ? most : address;
  }

  /**
   * Takes whole entries: at {@code wanted} if that is allowed and free, else the lowest that are.
   *
   * @return where, or {@link #NONE}
   */
  long take(long wanted, long bytes) {
    long start = free.takeAt(wanted, bytes) ? wanted : free.take(bytes, ENTRY_BYTES);
    if (start != NONE) {
      taken.put(start, start + bytes);
    }
    return start;
  }

  /** Gives back what {@link #take} answered. */
  void giveBack(long start) {
    addAllowed(start, taken.remove(start));
  }

  /** How much is free, for messages. */
  @Override
  public String toString() {
    return "%d bytes free, %d of them in one piece, within %s"
        .formatted(free.totalBytes(), free.largestBytes(), ranges);
  }
}

package io.vireo.memreg;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is free of an address space, lowest first; ranges that meet are one. Addresses are not
 * negative. One thread at a time.
 */
final class FreeRanges {
  /** No room. */
  static final long NONE = -1;

  private final TreeMap<Long, Long> ends = new TreeMap<>(); // by start
  private long totalBytes;

  /**
   * Adds a range.
   *
   * @throws IllegalArgumentException if some of it is free already
   */
  void add(long start, long bytes) {
    long end = start + bytes;
    Map.Entry<Long, Long> below = ends.lowerEntry(end);
    if (start < 0 || bytes <= 0 || end < 0 || (below != null && below.getValue() > start)) {
      throw new IllegalArgumentException(
          "range of 0x%x bytes at 0x%x is empty or not all taken".formatted(bytes, start));
    }
    totalBytes += bytes;
    long from = below != null && below.getValue() == start ? below.getKey() : start;
    Long after = ends.remove(end);
    ends.put(from, after == null ? end : after);
  }

  /**
   * Takes the lowest range with room.
   *
   * @param alignment of its start, a power of two
   * @return where it starts, or {@link #NONE}
   */
  long take(long bytes, long alignment) {
    for (Map.Entry<Long, Long> range : ends.entrySet()) {
      long start = Aligned.up(range.getKey(), alignment);
      if (start >= range.getKey() && bytes <= range.getValue() - start) {
        cut(range.getKey(), range.getValue(), start, bytes);
        return start;
      }
    }
    return NONE;
  }

  /** Takes exactly this range; false when not all of it is free. */
  boolean takeAt(long start, long bytes) {
    Map.Entry<Long, Long> range = ends.floorEntry(start);
    if (range == null || start >= range.getValue() || bytes > range.getValue() - start) {
      return false;
    }
    cut(range.getKey(), range.getValue(), start, bytes);
    return true;
  }

  private void cut(long from, long to, long start, long bytes) {
    totalBytes -= bytes;
    if (start > from) {
      ends.put(from, start);
    } else {
      ends.remove(from);
    }
    if (start + bytes < to) {
      ends.put(start + bytes, to);
    }
  }

  long totalBytes() {
    return totalBytes;
  }

  long largestBytes() {
    return ends.entrySet().stream().mapToLong(r -> r.getValue() - r.getKey()).max().orElse(0);
  }
}

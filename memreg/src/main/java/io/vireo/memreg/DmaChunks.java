package io.vireo.memreg;

import java.util.Arrays;

/**
 * Where the elements of a {@link DmaPool} lie: equally spaced in chunks, no two of which begin in
 * the same 2 MiB. Immutable.
 */
final class DmaChunks {
  private static final int ENTRY_SHIFT = Long.numberOfTrailingZeros(MemoryMap.ENTRY_BYTES);

  private final long[] starts; // ascending
  private final int perChunk;
  private final long stride;
  private final int elements;

  /**
   * @param starts ascending
   * @param perChunk elements of a chunk; the last chunk may have fewer
   * @param stride from one element to the next
   */
  DmaChunks(long[] starts, int perChunk, long stride, int elements) {
    this.starts = starts;
    this.perChunk = perChunk;
    this.stride = stride;
    this.elements = elements;
  }

  int elements() {
    return elements;
  }

  /** Where each element is. */
  long[] hvas() {
    long[] hvas = new long[elements];
    for (int i = 0; i < elements; i++) {
      hvas[i] = starts[i / perChunk] + i % perChunk * stride;
    }
    return hvas;
  }

  /** Which element begins at {@code hva}; -1 when none does. */
  int indexOf(long hva) {
    int chunk = chunkOf(hva);
    if (chunk < 0) {
      return -1;
    }
    long offset = hva - starts[chunk];
    long inChunk = offset / stride;
    long index = (long) chunk * perChunk + inChunk;
    return inChunk < perChunk && index < elements && inChunk * stride == offset ? (int) index : -1;
  }

  /** The last chunk that begins at {@code hva} or below, or -1; mostly they follow each other. */
  private int chunkOf(long hva) {
    long entry = hva >>> ENTRY_SHIFT;
    long guess = entry - (starts[0] >>> ENTRY_SHIFT);
    if (guess >= 0
        && guess < starts.length
        && starts[(int) guess] >>> ENTRY_SHIFT == entry
        && starts[(int) guess] <= hva) {
      return (int) guess;
    }
    int found = Arrays.binarySearch(starts, hva);
    return found >= 0 ? found : -found - 2;
  }
}

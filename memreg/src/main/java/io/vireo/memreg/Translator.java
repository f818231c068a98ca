package io.vireo.memreg;

/**
 * Reactor thread only. Turns guest-physical into host addresses for one queue.
 *
 * <p>Remembers the region of the last hit, for most requests stay in it; then scans, and above
 * {@value #SCAN_LIMIT} regions searches in halves. Every address and length comes from the guest:
 * all arithmetic is unsigned, and neither can wrap around into a region. Measured
 * (TranslatorBenchmark): 0.5 ns in the region of the last hit; in any of the regions 2.0 ns with 2
 * of them, 3.6 ns with 16, 10 ns with 64.
 */
public final class Translator {
  private static final int SCAN_LIMIT = 16;

  private GuestMemory memory;

  // The region of the last hit; a size of 0 holds nothing.
  private long hitGpa;
  private long hitBytes;
  private long hitDelta; // hva - gpa

  Translator(GuestMemory memory) {
    this.memory = memory;
  }

  /**
   * The host address of {@code bytes} bytes at {@code gpa}, or 0 unless all of them lie in one
   * region. With no bytes asked for, the address itself must lie in a region.
   */
  public long hva(long gpa, long bytes) {
    if (GuestMemory.holds(gpa - hitGpa, bytes, hitBytes)) {
      return gpa + hitDelta;
    }
    return find(gpa) && GuestMemory.holds(gpa - hitGpa, bytes, hitBytes) ? gpa + hitDelta : 0;
  }

  /**
   * How many bytes from {@code gpa} on lie in the same region, 0 if it lies in none. A buffer may
   * legally cross into the next region: the caller takes it piece by piece.
   */
  public long contiguous(long gpa) {
    return Long.compareUnsigned(gpa - hitGpa, hitBytes) < 0 || find(gpa)
        ? hitBytes - (gpa - hitGpa)
        : 0;
  }

  /** Translates by another table from now on. */
  public void table(GuestMemory next) {
    memory = next;
    hitBytes = 0;
  }

  /** The table in use. */
  public GuestMemory table() {
    return memory;
  }

  /** Makes the region around {@code address} the last hit; false if there is none. */
  private boolean find(long address) {
    long[] gpas = memory.gpas;
    int i = gpas.length <= SCAN_LIMIT ? scan(gpas, address) : search(gpas, address);
    if (i < 0 || Long.compareUnsigned(address - gpas[i], memory.sizes[i]) >= 0) {
      return false;
    }
    hitGpa = gpas[i];
    hitBytes = memory.sizes[i];
    hitDelta = memory.deltas[i];
    return true;
  }

  /** The last region that starts at or below {@code address}, or -1. */
  private static int scan(long[] gpas, long address) {
    int i = gpas.length - 1;
    while (i >= 0 && Long.compareUnsigned(address, gpas[i]) < 0) {
      i--;
    }
    return i;
  }

  /** What {@link #scan} answers, for long tables. */
  private static int search(long[] gpas, long address) {
    int low = 0;
    int high = gpas.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(address, gpas[middle]) < 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }
}

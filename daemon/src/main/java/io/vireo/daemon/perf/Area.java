package io.vireo.daemon.perf;

/**
 * The generator's thread only. The part of a disk that one ring works in, in units of one request,
 * and which unit is next.
 */
final class Area {
  private static final int SECTOR_BYTES = 512;

  private final long first;
  private final long units;
  private final int sectorsPerUnit;
  private final boolean random;
  private long next;
  private long state;

  /**
   * @param first the first unit
   * @param units how many
   * @param seed of the random order
   */
  Area(long first, long units, int unitBytes, boolean random, long seed) {
    this.first = first;
    this.units = units;
    this.sectorsPerUnit = unitBytes / SECTOR_BYTES;
    this.random = random;
    this.state = seed;
  }

  long units() {
    return units;
  }

  /** The next unit, counted from the area's beginning. */
  long next() {
    if (random) {
      return Math.unsignedMultiplyHigh(random(), units);
    }
    long unit = next;
    next = unit + 1 == units ? 0 : unit + 1;
    return unit;
  }

  /** Where a unit begins on the disk. */
  long sector(long unit) {
    return (first + unit) * sectorsPerUnit;
  }

  int sectorsPerUnit() {
    return sectorsPerUnit;
  }

  /** 0 to 99. */
  int percent() {
    return (int) Math.unsignedMultiplyHigh(random(), 100);
  }

  /** SplitMix64: a few instructions, every value once in its period. */
  private long random() {
    state += 0x9e3779b97f4a7c15L;
    return mix(state);
  }

  /** Spreads each bit over all bits. */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

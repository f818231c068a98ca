package io.vireo.daemon.perf;

import io.vireo.linux.Mem;
import io.vireo.virtio.driver.BlkDriver;

/**
 * The generator's thread only. Writes what tells where it belongs and how often that place was
 * written, reads it again later and looks at every byte; in the end reads everything back.
 *
 * <p>No place has two requests at once, so what it must hold is known.
 */
final class Verification implements Work {
  /** Places that one ring remembers; 16 GiB of 4 KiB. */
  static final int MAX_UNITS = 1 << 22;

  private static final int WORD = Long.BYTES;

  private final Area area;
  private final long buffersGpa;
  private final long buffersHva;
  private final int bytes;
  private final int[] generations; // of each place; 0 when it was never written
  private final boolean[] busy;
  private final int[] unitOf; // by slot
  private final boolean[] writes; // by slot
  private int readBack; // places that were read in the end
  private boolean ending;
  private String mismatch;

  Verification(Area area, long buffersGpa, long buffersHva, int bytes, int depth) {
    this.area = area;
    this.buffersGpa = buffersGpa;
    this.buffersHva = buffersHva;
    this.bytes = bytes;
    generations = new int[(int) area.units()];
    busy = new boolean[generations.length];
    unitOf = new int[depth];
    writes = new boolean[depth];
  }

  @Override
  public int start(BlkDriver driver, int slot) {
    int unit = ending ? readBack++ : free();
    busy[unit] = true;
    unitOf[slot] = unit;
    writes[slot] = !ending && (generations[unit] == 0 || area.percent() < 50);
    long gpa = buffersGpa + (long) slot * bytes;
    long hva = buffersHva + (long) slot * bytes;
    if (writes[slot]) {
      generations[unit]++;
      fill(hva, unit);
      return driver.write(area.sector(unit), gpa, bytes);
    }
    // What the last request left there must not pass for what is read.
    Mem.fill(hva, bytes, (byte) 0);
    return driver.read(area.sector(unit), gpa, bytes);
  }

  private int free() {
    int unit = (int) area.next();
    while (busy[unit]) {
      unit = unit + 1 == busy.length ? 0 : unit + 1;
    }
    return unit;
  }

  @Override
  public void ended(int slot) {
    int unit = unitOf[slot];
    busy[unit] = false;
    if (!writes[slot]) {
      check(buffersHva + (long) slot * bytes, unit);
    }
  }

  private void fill(long hva, int unit) {
    long seed = seed(unit);
    for (int at = 0; at < bytes; at += WORD) {
      Mem.putLong(hva + at, Area.mix(seed + at));
    }
  }

  private void check(long hva, int unit) {
    long seed = seed(unit);
    for (int at = 0; at < bytes; at += WORD) {
      long found = Mem.getLong(hva + at);
      if (found != Area.mix(seed + at) && mismatch == null) {
        mismatch =
            "byte %d of the disk holds 0x%016x instead of 0x%016x (place %d, written %d times)"
                .formatted(
                    area.sector(unit) * 512 + at,
                    found,
                    Area.mix(seed + at),
                    unit,
                    generations[unit]);
      }
    }
  }

  /** Different for each sector of the disk and each generation of it. */
  private long seed(int unit) {
    return Area.mix(area.sector(unit)) ^ Area.mix(~(long) generations[unit] << 32);
  }

  /** From now on all that was written is read once more. */
  @Override
  public boolean finished() {
    ending = true;
    while (readBack < generations.length && generations[readBack] == 0) {
      readBack++;
    }
    return readBack == generations.length;
  }

  @Override
  public String mismatch() {
    return mismatch;
  }
}

package io.vireo.nvme.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The firmware slot information log (Base 5.16.1.4, figure 209), decoded once.
 *
 * @param active AFI 2:0: the slot that the running firmware came from
 * @param next AFI 6:4: the slot that the next reset activates; 0: not told
 * @param revisions FRS1 to FRS7; empty: nothing is in that slot
 */
public record FirmwareSlots(int active, int next, List<String> revisions) {
  public static final int BYTES = 512;
  static final int AFI = 0;
  static final int FRS1 = 8;

  private static final int SLOTS = 7;
  private static final int REVISION_BYTES = 8;

  /** Decodes {@link #BYTES} bytes at {@code address}. */
  public static FirmwareSlots decode(long address) {
    Snapshot data = new Snapshot(address, BYTES);
    List<String> revisions = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      revisions.add(data.text(FRS1 + slot * REVISION_BYTES, REVISION_BYTES));
    }
    int afi = data.u8(AFI);
    return new FirmwareSlots(afi & 0b111, afi >>> 4 & 0b111, List.copyOf(revisions));
  }
}

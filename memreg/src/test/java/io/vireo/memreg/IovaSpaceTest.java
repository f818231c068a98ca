package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.vfio.IovaRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class IovaSpaceTest {
  private static final int ENTRIES = 48;

  /** Beside a bit for each entry, while what is allowed changes under what is taken. */
  @Property
  void what_is_taken_is_allowed_and_nobody_elses(
      @ForAll @Size(max = 100) List<@IntRange(max = 1 << 20) Integer> steps) {
    IovaSpace space = new IovaSpace();
    BitSet allowed = new BitSet();
    BitSet taken = new BitSet();
    List<int[]> live = new ArrayList<>(); // first entry and count
    for (int step : steps) {
      int first = step / 4 % ENTRIES;
      int count = 1 + step / 256 % 8;
      switch (step % 4) {
        case 0, 1 -> {
          BitSet free = (BitSet) allowed.clone();
          free.andNot(taken);
          int expected = fits(free, first, count) ? first : lowest(free, count);
          long got = space.take(first * ENTRY_BYTES, count * ENTRY_BYTES);
          assertThat(got).isEqualTo(expected < 0 ? IovaSpace.NONE : expected * ENTRY_BYTES);
          if (expected >= 0) {
            taken.set(expected, expected + count);
            live.add(new int[] {expected, count});
          }
        }
        case 2 -> {
          if (!live.isEmpty()) {
            int[] back = live.remove(first % live.size());
            space.giveBack(back[0] * ENTRY_BYTES);
            taken.clear(back[0], back[0] + back[1]);
          }
        }
        default -> allowed = allow(space, step);
      }
    }
  }

  /**
   * Two ranges whose ends lie anywhere in an entry; answers which entries lie within as a whole.
   */
  private static BitSet allow(IovaSpace space, int step) {
    long eighth = ENTRY_BYTES / 8;
    long a = step / 4 % (ENTRIES * 4) * eighth;
    long b = a + (1 + step / 1024 % 128) * eighth;
    long c = b + (1 + step / 65536 % 16) * eighth;
    List<IovaRange> ranges =
        List.of(new IovaRange(a, b - 1), new IovaRange(c, ENTRIES * ENTRY_BYTES - 1));
    space.allow(c < ENTRIES * ENTRY_BYTES ? ranges : ranges.subList(0, 1));
    BitSet allowed = new BitSet();
    for (int entry = 1; entry < 2 * ENTRIES; entry++) { // address 0 is none
      long start = entry * ENTRY_BYTES;
      long end = start + ENTRY_BYTES;
      if ((start >= a && end <= b) || (start >= c && end <= ENTRIES * ENTRY_BYTES)) {
        allowed.set(entry);
      }
    }
    return allowed;
  }

  private static boolean fits(BitSet free, int first, int count) {
    return free.nextClearBit(first) >= first + count;
  }

  private static int lowest(BitSet free, int count) {
    for (int at = free.nextSetBit(0); at >= 0; at = free.nextSetBit(at + 1)) {
      if (fits(free, at, count)) {
        return at;
      }
    }
    return -1;
  }

  @Test
  void nothing_is_allowed_before_it_is_told_and_nothing_beyond_the_page_table() {
    IovaSpace space = new IovaSpace();
    assertThat(space.take(ENTRY_BYTES, ENTRY_BYTES)).isEqualTo(IovaSpace.NONE);
    space.allow(List.of(new IovaRange(MemoryMap.ADDRESS_SPACE_BYTES, -1)));
    assertThat(space.take(ENTRY_BYTES, ENTRY_BYTES)).isEqualTo(IovaSpace.NONE);
    space.allow(List.of(new IovaRange(0, -1)));
    long all = MemoryMap.ADDRESS_SPACE_BYTES - ENTRY_BYTES;
    assertThat(space.take(0, all + ENTRY_BYTES)).isEqualTo(IovaSpace.NONE);
    assertThat(space.take(0, all)).isEqualTo(ENTRY_BYTES);
  }
}

package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FreeRangesTest {
  private static final int UNITS = 64;

  /** Beside a bit for each unit. */
  @Property
  void the_lowest_fitting_range_is_taken_and_neighbours_become_one(
      @ForAll @Size(max = 80) List<@IntRange(max = 1023) Integer> steps) {
    FreeRanges ranges = new FreeRanges();
    ranges.add(0, UNITS);
    BitSet free = new BitSet();
    free.set(0, UNITS);
    List<Tuple.Tuple2<Integer, Integer>> taken = new ArrayList<>();
    for (int step : steps) {
      int bytes = step / 4 % 16 + 1;
      int alignment = 1 << step / 64 % 4;
      switch (step % 4) {
        case 0, 1 -> {
          int wanted = lowest(free, bytes, alignment);
          assertThat(ranges.take(bytes, alignment)).isEqualTo(wanted);
          take(free, taken, wanted, bytes);
        }
        case 2 -> {
          int at = step / 16 % UNITS;
          boolean possible = at + bytes <= UNITS && free.nextClearBit(at) >= at + bytes;
          assertThat(ranges.takeAt(at, bytes)).isEqualTo(possible);
          take(free, taken, possible ? at : -1, bytes);
        }
        default -> {
          if (!taken.isEmpty()) {
            Tuple.Tuple2<Integer, Integer> back = taken.remove(step / 4 % taken.size());
            ranges.add(back.get1(), back.get2());
            free.set(back.get1(), back.get1() + back.get2());
          }
        }
      }
      assertThat(ranges.totalBytes()).isEqualTo(free.cardinality());
      assertThat(ranges.largestBytes()).isEqualTo(largest(free));
    }
  }

  private static void take(
      BitSet free, List<Tuple.Tuple2<Integer, Integer>> taken, int at, int bytes) {
    if (at >= 0) {
      free.clear(at, at + bytes);
      taken.add(Tuple.of(at, bytes));
    }
  }

  private static int lowest(BitSet free, int bytes, int alignment) {
    for (int at = 0; at + bytes <= UNITS; at += alignment) {
      if (free.get(at) && free.nextClearBit(at) >= at + bytes) {
        return at;
      }
    }
    return -1;
  }

  private static int largest(BitSet free) {
    int largest = 0;
    for (int at = free.nextSetBit(0); at >= 0; at = free.nextSetBit(free.nextClearBit(at))) {
      largest = Math.max(largest, free.nextClearBit(at) - at);
    }
    return largest;
  }

  @Test
  void what_is_free_cannot_be_added() {
    FreeRanges ranges = new FreeRanges();
    ranges.add(10, 10);
    for (long[] twice : new long[][] {{10, 10}, {9, 2}, {19, 1}, {0, 100}, {12, 2}, {5, 0}}) {
      assertThatThrownBy(() -> ranges.add(twice[0], twice[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is empty or not all taken");
    }
    assertThat(ranges.totalBytes()).isEqualTo(10);
  }

  @Test
  void an_alignment_beyond_everything_finds_nothing() {
    FreeRanges ranges = new FreeRanges();
    ranges.add(Long.MAX_VALUE - 100, 100);
    assertThat(ranges.take(1, 1L << 62)).isEqualTo(FreeRanges.NONE);
  }
}

package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ADDRESS_SPACE_BYTES;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.memreg.MemoryMap.Contiguity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryMapTest {
  private static final long UNKNOWN = -1;
  private static final long GIB = 1L << 30;

  /** Where the properties play: around the border of two leaves. */
  private static final long AREA = 7 * GIB - 16 * ENTRY_BYTES;

  private static final int AREA_ENTRIES = 32;

  record Step(boolean set, int entry, int entries, int translationEntry) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(true, true, false),
            Arbitraries.integers().between(0, AREA_ENTRIES - 1),
            Arbitraries.integers().between(1, AREA_ENTRIES),
            Arbitraries.integers().between(0, 3))
        .as((set, at, n, to) -> new Step(set, at, Math.min(n, AREA_ENTRIES - at), to))
        .list()
        .ofMaxSize(8);
  }

  @Property
  void a_map_answers_like_a_table_of_its_entries(
      @ForAll Contiguity contiguity,
      @ForAll("steps") List<Step> steps,
      @ForAll("addresses") long address,
      @ForAll("lengths") long maxBytes) {
    MemoryMap map = new MemoryMap(UNKNOWN, contiguity);
    Map<Long, Long> model = new HashMap<>();
    for (Step step : steps) {
      long at = AREA + step.entry() * ENTRY_BYTES;
      long translation = 0x4000_0000L + step.translationEntry() * ENTRY_BYTES;
      if (step.set()) {
        map.set(at, step.entries() * ENTRY_BYTES, translation);
      } else {
        map.clear(at, step.entries() * ENTRY_BYTES);
      }
      for (int i = 0; i < step.entries(); i++) {
        long value = translation + (contiguity == Contiguity.LINEAR ? i * ENTRY_BYTES : 0);
        if (step.set()) {
          model.put(at + i * ENTRY_BYTES, value);
        } else {
          model.remove(at + i * ENTRY_BYTES);
        }
      }
    }
    assertThat(map.translate(address)).isEqualTo(modelTranslate(model, contiguity, address));
    assertThat(map.run(address, maxBytes))
        .isEqualTo(modelRun(model, contiguity, address, maxBytes));
  }

  @Provide
  Arbitrary<Long> addresses() {
    return Arbitraries.longs().between(AREA - ENTRY_BYTES, AREA + 34 * ENTRY_BYTES);
  }

  @Provide
  Arbitrary<Long> lengths() {
    return Arbitraries.longs().between(0, 40 * ENTRY_BYTES);
  }

  private static long modelTranslate(Map<Long, Long> model, Contiguity contiguity, long address) {
    Long value = model.get(address & -ENTRY_BYTES);
    long inEntry = contiguity == Contiguity.LINEAR ? address & (ENTRY_BYTES - 1) : 0;
    return value == null ? UNKNOWN : value + inEntry;
  }

  /** Byte by byte would take too long: entry by entry, from the definition. */
  private static long modelRun(
      Map<Long, Long> model, Contiguity contiguity, long address, long maxBytes) {
    long first = modelTranslate(model, contiguity, address);
    long run = 0;
    while (run < maxBytes) {
      long at = address + run;
      long grown = contiguity == Contiguity.LINEAR && first != UNKNOWN ? first + run : first;
      if (modelTranslate(model, contiguity, at) != grown) {
        break;
      }
      run += ENTRY_BYTES - (at & (ENTRY_BYTES - 1));
    }
    return Math.min(run, maxBytes);
  }

  @ParameterizedTest
  @EnumSource
  void the_first_and_the_last_entry_of_the_address_space_can_be_set(Contiguity contiguity) {
    MemoryMap map = new MemoryMap(UNKNOWN, contiguity);
    long last = ADDRESS_SPACE_BYTES - ENTRY_BYTES;
    map.set(0, ENTRY_BYTES, 1);
    map.set(last, ENTRY_BYTES, 2);
    assertThat(map.translate(0)).isEqualTo(1);
    assertThat(map.translate(last)).isEqualTo(2);
    assertThat(map.run(last, Long.MAX_VALUE)).isEqualTo(ENTRY_BYTES);
    assertThat(map.run(ENTRY_BYTES, Long.MAX_VALUE)).isEqualTo(last - ENTRY_BYTES);
  }

  @ParameterizedTest
  @ValueSource(longs = {ADDRESS_SPACE_BYTES, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void beyond_the_address_space_nothing_is_known_and_nothing_holds(long address) {
    MemoryMap map = new MemoryMap(UNKNOWN, Contiguity.SAME);
    assertThat(map.translate(address)).isEqualTo(UNKNOWN);
    assertThat(map.run(address, 4096)).isZero();
  }

  @Test
  void a_linear_run_does_not_grow_into_the_value_that_stands_for_unknown() {
    MemoryMap map = new MemoryMap(0, Contiguity.LINEAR);
    map.set(GIB, ENTRY_BYTES, -ENTRY_BYTES);
    assertThat(map.translate(GIB)).isEqualTo(-ENTRY_BYTES);
    assertThat(map.run(GIB, 2 * ENTRY_BYTES)).isEqualTo(ENTRY_BYTES);
  }

  @Test
  void a_translation_that_stands_for_unknown_is_refused() {
    MemoryMap linear = new MemoryMap(0x40_0000, Contiguity.LINEAR);
    assertThatThrownBy(() -> linear.set(GIB, 4 * ENTRY_BYTES, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x400000");
    linear.set(GIB, 2 * ENTRY_BYTES, 0);
    linear.set(GIB, 4 * ENTRY_BYTES, 1);
    MemoryMap same = new MemoryMap(5, Contiguity.SAME);
    assertThatThrownBy(() -> same.set(GIB, ENTRY_BYTES, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ranges_that_are_not_whole_entries_of_the_address_space_are_refused() {
    MemoryMap map = new MemoryMap(UNKNOWN, Contiguity.SAME);
    long[][] ranges = {
      {4096, ENTRY_BYTES},
      {0, 4096},
      {0, 0},
      {0, -ENTRY_BYTES},
      {ADDRESS_SPACE_BYTES, ENTRY_BYTES},
      {-ENTRY_BYTES, ENTRY_BYTES},
      {ADDRESS_SPACE_BYTES - ENTRY_BYTES, 2 * ENTRY_BYTES},
    };
    for (long[] range : ranges) {
      assertThatThrownBy(() -> map.set(range[0], range[1], 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> map.clear(range[0], range[1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(map.run(0, Long.MAX_VALUE)).isEqualTo(ADDRESS_SPACE_BYTES);
  }

  /**
   * What a writer did before it set an entry, a reader of the entry sees; the values of an entry
   * come whole.
   */
  @Test
  void a_reader_on_another_thread_sees_what_came_before_the_translation() throws Exception {
    MemoryMap map = new MemoryMap(UNKNOWN, Contiguity.SAME);
    int rounds = 20_000;
    long[] before = new long[rounds];
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    before[i] = i + 1L;
                    map.set((long) i * ENTRY_BYTES, ENTRY_BYTES, i + 1);
                  }
                });
    for (int i = 0; i < rounds; i++) {
      long seen = map.translate((long) i * ENTRY_BYTES);
      while (seen == UNKNOWN) {
        Thread.onSpinWait();
        seen = map.translate((long) i * ENTRY_BYTES);
      }
      assertThat(seen).isEqualTo(i + 1);
      assertThat(before[i]).isEqualTo(i + 1);
    }
    writer.join();
  }
}

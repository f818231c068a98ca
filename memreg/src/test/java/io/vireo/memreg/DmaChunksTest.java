package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class DmaChunksTest {
  private static final long BASE = 0x7f00_0000_0000L;

  /** Beside a plain map of all elements; every address around them is asked for. */
  @Property(tries = 200)
  void each_element_is_found_where_it_begins_and_nowhere_else(
      @ForAll @Size(min = 1, max = 6) Set<@IntRange(max = 12) Integer> entries,
      @ForAll @IntRange(min = 1, max = 5) int perChunk,
      @ForAll @IntRange(min = 1, max = 70) int lines,
      @ForAll @IntRange(max = 4) int missing) {
    long stride = lines * 64L;
    long[] starts =
        new TreeSet<>(entries)
            .stream().mapToLong(entry -> BASE + entry * MemoryMap.ENTRY_BYTES).toArray();
    int elements = starts.length * perChunk - Math.min(missing, perChunk - 1);
    DmaChunks chunks = new DmaChunks(starts, perChunk, stride, elements);
    Map<Long, Integer> expected = new HashMap<>();
    long[] hvas = chunks.hvas();
    for (int i = 0; i < hvas.length; i++) {
      expected.put(hvas[i], i);
    }
    assertThat(expected).hasSize(elements);
    for (long start : starts) {
      for (long hva = start - 128; hva < start + (perChunk + 1) * stride; hva += 32) {
        assertThat(chunks.indexOf(hva)).isEqualTo(expected.getOrDefault(hva, -1));
      }
    }
    for (long hva : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, BASE - 1}) {
      assertThat(chunks.indexOf(hva)).isEqualTo(-1);
    }
  }
}

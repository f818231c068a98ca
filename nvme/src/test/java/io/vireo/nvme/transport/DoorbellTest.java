package io.vireo.nvme.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DoorbellTest {
  @Property(tries = 2000)
  void the_register_is_needed_when_the_step_passes_the_event_index( // Base annex B.5
      @ForAll @IntRange(max = 65535) int last,
      @ForAll @IntRange(min = 1, max = 300) int step,
      @ForAll @IntRange(min = -310, max = 310) int distance) {
    int event = last + distance & 0xffff;
    boolean passes = false;
    for (int i = 0; i < step; i++) {
      passes |= (last + i & 0xffff) == event;
    }
    assertThat(Doorbell.needsEvent(event, last + step & 0xffff, last)).isEqualTo(passes);
  }

  @Test
  void a_value_is_told_once_and_by_the_register_only_when_the_controller_asked() {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(64, 64).address();
      long shadow = memory + 16;
      long event = memory + 32;
      Doorbell doorbell = new Doorbell(memory);
      doorbell.ring(3);
      assertThat(Mem.getInt(memory)).isEqualTo(3);
      Mem.putInt(memory, -1);
      doorbell.ring(3);
      assertThat(Mem.getInt(memory)).isEqualTo(-1);
      doorbell.shadow(shadow, event, false);
      assertThat(Mem.getInt(shadow)).isEqualTo(3);
      Mem.putInt(event, 5);
      doorbell.ring(5);
      assertThat(Mem.getInt(shadow)).isEqualTo(5);
      assertThat(Mem.getInt(memory)).isEqualTo(-1);
      doorbell.ring(6);
      assertThat(Mem.getInt(memory)).isEqualTo(6);
      Mem.putInt(memory, -1);
      doorbell.ring(9);
      assertThat(Mem.getInt(shadow)).isEqualTo(9);
      assertThat(Mem.getInt(memory)).isEqualTo(-1);
      doorbell.shadow(shadow, event, true);
      doorbell.ring(10);
      assertThat(Mem.getInt(memory)).isEqualTo(10);
    }
  }
}

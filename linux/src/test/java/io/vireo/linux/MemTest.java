package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MemTest {
  @Test
  void words_are_little_endian_at_any_alignment() {
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(64, 8).address();
      for (int odd = 0; odd < 8; odd++) {
        Mem.putLong(base + odd, 0x0807060504030201L);
        assertThat(Mem.getByte(base + odd)).isEqualTo((byte) 1);
        assertThat(Mem.getShort(base + odd + 1)).isEqualTo((short) 0x0302);
        assertThat(Mem.getInt(base + odd + 3)).isEqualTo(0x07060504);
      }
    }
  }

  @Property
  void what_is_copied_in_comes_back(@ForAll byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(bytes.length + 1L).address();
      Mem.copy(bytes, 0, base, bytes.length);
      byte[] back = new byte[bytes.length];
      Mem.copy(base, back, 0, bytes.length);
      assertThat(back).isEqualTo(bytes);
    }
  }
}

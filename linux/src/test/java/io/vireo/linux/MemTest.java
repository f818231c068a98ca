package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
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

  @Test
  void ordered_accesses_see_the_same_words() {
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(16, 8).address();
      Mem.putIntRelease(base + 4, 0x04030201);
      assertThat(Mem.getIntAcquire(base + 4)).isEqualTo(0x04030201);
      assertThat(Mem.getShortAcquire(base + 6)).isEqualTo((short) 0x0403);
    }
  }

  @Test
  void overlapping_copies_keep_what_was_there_before() {
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(16).address();
      for (int i = 0; i < 16; i++) {
        Mem.putByte(base + i, (byte) i);
      }
      Mem.copy(base, base + 3, 10);
      for (int i = 0; i < 10; i++) {
        assertThat(Mem.getByte(base + 3 + i)).isEqualTo((byte) i);
      }
    }
  }

  @Test
  void a_fill_stays_within_its_bounds() {
    try (Arena arena = Arena.ofConfined()) {
      byte[] memory = new byte[20_000];
      long base = arena.allocate(memory.length).address();
      for (int bytes : new int[] {0, 1, 7, 8, 9, 14, 4095, 4096, 4097, 8192, 12_345, 19_000}) {
        for (int skew = 1; skew < 9; skew++) {
          Mem.copy(new byte[memory.length], 0, base, memory.length);
          Mem.fill(base + skew, bytes, (byte) 0x9a);
          byte[] expected = new byte[memory.length];
          Arrays.fill(expected, skew, skew + bytes, (byte) 0x9a);
          Mem.copy(base, memory, 0, memory.length);
          assertThat(memory).isEqualTo(expected);
        }
      }
    }
  }

  /** Each way in which a guest's memory is touched: its file may be truncated at any moment. */
  @Test
  void memory_whose_file_was_truncated_raises_an_error_that_can_be_caught() {
    int fd = Libc.memfdCreate("truncated", 0);
    Libc.ftruncate(fd, 8192);
    int rw = Libc.PROT_READ | Libc.PROT_WRITE;
    long gone = Libc.mmap(0, 8192, rw, Libc.MAP_SHARED, fd, 0) + 4096;
    Libc.ftruncate(fd, 4096);
    byte[] bytes = new byte[64];
    List<Runnable> accesses =
        List.of(
            () -> Mem.getByte(gone),
            () -> Mem.getShort(gone + 1),
            () -> Mem.getInt(gone),
            () -> Mem.getLong(gone),
            () -> Mem.putByte(gone, (byte) 1),
            () -> Mem.putShort(gone, (short) 1),
            () -> Mem.putInt(gone, 1),
            () -> Mem.putLong(gone, 1),
            () -> Mem.getShortAcquire(gone),
            () -> Mem.getIntAcquire(gone),
            () -> Mem.copy(gone, bytes, 0, bytes.length),
            () -> Mem.copy(bytes, 0, gone, bytes.length),
            () -> Mem.copy(gone - 4096, gone, 4096),
            () -> Mem.fill(gone, 4096, (byte) 0));
    for (Runnable access : accesses) {
      assertThatThrownBy(access::run).isInstanceOf(InternalError.class);
    }
    Libc.munmap(gone - 4096, 8192);
    Libc.close(fd);
  }

  @Test
  void registers_are_stored_and_loaded_whole() {
    try (Arena arena = Arena.ofConfined()) {
      long registers = arena.allocate(16, 8).address();
      Mem.putRegister64(registers, 0x8877665544332211L);
      assertThat(Mem.getRegister64(registers)).isEqualTo(0x8877665544332211L);
      assertThat(Mem.getRegister32(registers + 4)).isEqualTo(0x88776655);
      Mem.putRegister32(registers + 4, 0xdeadbeef);
      assertThat(Mem.getRegister64(registers)).isEqualTo(0xdeadbeef44332211L);
      assertThat(Mem.getLong(registers + 8)).isZero();
    }
  }

  @Test
  void a_register_that_is_not_aligned_is_no_register() {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(16, 8).address();
      assertThatThrownBy(() -> Mem.getRegister32(memory + 2))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Mem.getRegister64(memory + 4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Mem.putRegister32(memory + 1, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Mem.putRegister64(memory + 4, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

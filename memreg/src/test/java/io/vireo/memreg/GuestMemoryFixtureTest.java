package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestMemoryFixture.Area;
import org.junit.jupiter.api.Test;

/** Real memory behind a guest's table: from the guest's address to the byte in the file. */
class GuestMemoryFixtureTest {
  private static final long MIB = 1 << 20;

  @Test
  void what_a_guest_names_is_its_byte_of_the_memory_file() {
    try (GuestMemoryFixture guest =
        new GuestMemoryFixture(
            new Area(0, 0xa_0000), new Area(0xa_0000, MIB), new Area(1L << 32, 4096))) {
      Translator translator = guest.memory().translator();
      Mem.putInt(translator.hva(0xa_0000 - 4, 4), 11);
      Mem.putInt(translator.hva(0xa_0000, 4), 22);
      Mem.putInt(translator.hva(1L << 32, 4), 33);
      try (Mapping file = guest.mappings().acquire(guest.fd(), 0, 0xa_0000 + MIB + 4096)) {
        assertThat(Mem.getInt(file.hva() + 0xa_0000 - 4)).isEqualTo(11);
        assertThat(Mem.getInt(file.hva() + 0xa_0000)).isEqualTo(22);
        assertThat(Mem.getInt(file.hva() + 0xa_0000 + MIB)).isEqualTo(33);
      }
      assertThat(guest.memory().ringHva(guest.uva(0xa_0000), 16, 16))
          .isEqualTo(guest.hva(0xa_0000));
      assertThat(guest.mappings().size()).isEqualTo(3);
      assertThatThrownBy(() -> guest.hva(1L << 33)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(AddressSpace.named("vireo-")).isEmpty();
  }

  @Test
  void a_region_is_not_larger_than_its_mapping() {
    try (GuestMemoryFixture guest = GuestMemoryFixture.of(MIB)) {
      Mapping mapping = guest.memory().regions().getFirst().mapping();
      assertThatThrownBy(() -> new GuestRegion(0, MIB + 1, 0, mapping))
          .hasMessage("region at gpa 0x0 has 0x100001 bytes, its mapping only 0x100000");
      assertThat(mapping.fileTooShort()).isFalse();
      Libc.ftruncate(guest.fd(), 4096);
      assertThat(mapping.fileTooShort()).isTrue();
    }
  }
}

package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory.HugePages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HostMemoryTest {
  @ParameterizedTest
  @EnumSource(names = "REQUIRE", mode = EnumSource.Mode.EXCLUDE)
  void memory_is_zeroed_and_can_be_written_to_its_last_byte(HugePages mode) {
    long bytes = 3 * ENTRY_BYTES + 5;
    HostMemory memory = HostMemory.allocate(bytes, "test", mode);
    long address = memory.address();
    assertThat(address % ENTRY_BYTES).isZero();
    assertThat(memory.bytes()).isEqualTo(bytes);
    assertThat(Mem.getByte(address)).isZero();
    Mem.putByte(address + bytes - 1, (byte) 1);
    assertThat(Mem.getByte(address + bytes - 1)).isEqualTo((byte) 1);
    memory.close();
    memory.close();
    assertThat(AddressSpace.at(address).access()).isEmpty();
  }

  @Test
  void ordinary_memory_carries_its_name_where_the_kernel_keeps_names() {
    try (HostMemory memory = HostMemory.allocate(4096, "malloc Malloc0", HugePages.NEVER)) {
      assertThat(memory.hugePages()).isFalse();
      assertThat(AddressSpace.at(memory.address()).name()).isIn("[anon:vireo:malloc Malloc0]", "");
    }
    assertThat(AddressSpace.named("vireo:malloc")).isEmpty();
  }

  @Test
  void each_allocation_can_be_registered_beside_the_others() {
    MemoryRegistry registry = new MemoryRegistry();
    try (HostMemory a = HostMemory.allocate(4096, "a", HugePages.NEVER);
        HostMemory b = HostMemory.allocate(4096, "b", HugePages.NEVER);
        HostMemory c = HostMemory.allocate(ENTRY_BYTES, "c", HugePages.PREFER)) {
      registry.register(a.address(), a.bytes());
      registry.register(b.address(), b.bytes());
      registry.register(c.address(), c.bytes());
      assertThat(registry.regions()).hasSize(3);
    }
  }

  /** More than any pool of huge pages holds, but not more than the address space. */
  @Test
  void too_few_huge_pages_mean_ordinary_ones() {
    long bytes = hugePagesFree() * ENTRY_BYTES + ENTRY_BYTES;
    try (HostMemory memory = HostMemory.allocate(bytes, "test", HugePages.PREFER)) {
      assertThat(memory.hugePages()).isFalse();
      Mem.putByte(memory.address() + bytes - 1, (byte) 1);
    }
  }

  @Test
  void too_few_huge_pages_are_no_memory_where_only_they_will_do() {
    long pages = hugePagesFree() + 1;
    assertThatThrownBy(
            () -> HostMemory.allocate(pages * ENTRY_BYTES, "huge only", HugePages.REQUIRE))
        .hasMessage(
            "allocate of %d bytes of huge pages: Cannot allocate memory (ENOMEM); reserve %d more"
                    .formatted(pages * ENTRY_BYTES, pages)
                + " of 2 MiB");
    assertThat(AddressSpace.named("huge only")).isEmpty();
  }

  @Test
  void free_huge_pages_are_taken_when_preferred_and_only_then() {
    boolean any = hugePagesFree() > 0;
    try (HostMemory huge = HostMemory.allocate(4096, "test", HugePages.PREFER);
        HostMemory ordinary = HostMemory.allocate(4096, "test", HugePages.NEVER)) {
      assertThat(huge.hugePages()).isEqualTo(any);
      assertThat(ordinary.hugePages()).isFalse();
    }
  }

  private static long hugePagesFree() {
    try {
      Path pool = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
      return Files.exists(pool) ? Long.parseLong(Files.readString(pool).strip()) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,22", "-1,22", "9223372036854775807,22", "281474976710656,12"})
  void sizes_that_cannot_be_are_refused(long bytes, int errno) {
    ErrnoException e =
        catchThrowableOfType(
            ErrnoException.class,
            () -> HostMemory.allocate(bytes, "too large", HugePages.PREFER).close());
    assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
    assertThat(AddressSpace.named("too large")).isEmpty();
  }
}

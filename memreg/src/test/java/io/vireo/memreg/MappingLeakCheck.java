package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Libc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A guest's memory file and a cache; after each test nothing of either may be left. */
abstract class MappingLeakCheck {
  static final long MIB = 1 << 20;
  static final long FILE_BYTES = 16 * MIB;
  static final String FILE_NAME = "vireo-test-guest";

  final MemoryRegistry registry = new MemoryRegistry();
  final MappingCache cache = new MappingCache(registry);
  int fd;

  @BeforeEach
  void open() {
    assertNothingIsLeft();
    fd = GuestMemoryFixture.memfd(FILE_BYTES);
  }

  @AfterEach
  void nothing_is_left() {
    Libc.close(fd);
    assertNothingIsLeft();
    assertThat(cache.size()).isZero();
    assertThat(registry.regions()).isEmpty();
  }

  private static void assertNothingIsLeft() {
    assertThat(AddressSpace.named(FILE_NAME)).isEmpty();
    assertThat(AddressSpace.descriptors(FILE_NAME)).isZero();
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NumaTest {
  private static final long BYTES = 1 << 20;
  private static final int RW = Libc.PROT_READ | Libc.PROT_WRITE;
  private final long memory = Libc.mmap(0, BYTES, RW, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);

  @AfterEach
  void unmap() {
    Libc.munmap(memory, BYTES);
  }

  /** A container may forbid the call. */
  @Test
  void the_policy_of_a_mapping_names_the_node_if_the_kernel_took_it() throws IOException {
    boolean taken = Numa.prefer(memory, BYTES, 0);
    Mem.putByte(memory, (byte) 1);
    Path policies = Path.of("/proc/self/numa_maps");
    if (Files.exists(policies)) {
      assertThat(Files.readAllLines(policies).stream().anyMatch(this::prefersNode0))
          .isEqualTo(taken);
    } else {
      assertThat(taken).isFalse();
    }
  }

  private boolean prefersNode0(String line) {
    return line.startsWith(Long.toHexString(memory) + " prefer:0 ");
  }

  @Test
  void a_node_that_is_not_there_is_not_preferred_and_no_error() {
    assertThat(Numa.prefer(memory, BYTES, Numa.ANY_NODE)).isFalse();
    assertThat(Numa.prefer(memory, BYTES, Numa.MAX_NODES - 1)).isFalse();
    assertThat(Numa.prefer(memory, BYTES, Numa.MAX_NODES)).isFalse();
    Mem.putByte(memory, (byte) 1);
  }
}

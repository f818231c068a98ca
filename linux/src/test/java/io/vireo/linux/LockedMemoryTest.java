package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LockedMemoryTest {
  @Test
  void the_limit_is_what_proc_shows() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/limits")).stream()
            .filter(text -> text.startsWith("Max locked memory"))
            .findFirst()
            .orElseThrow();
    String soft = line.substring("Max locked memory".length()).strip().split(" ", -1)[0];
    long expected = soft.equals("unlimited") ? LockedMemory.UNLIMITED : Long.parseLong(soft);
    assertThat(LockedMemory.limitBytes()).isEqualTo(expected);
  }

  @Test
  void what_is_locked_is_a_number_of_pages() {
    assertThat(LockedMemory.lockedBytes()).isNotNegative();
    assertThat(LockedMemory.lockedBytes() % 4096).isZero();
  }
}

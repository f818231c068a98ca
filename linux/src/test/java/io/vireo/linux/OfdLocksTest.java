package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfdLocksTest {
  @Test
  void a_lock_is_seen_by_other_open_files_until_its_own_is_closed(@TempDir Path dir)
      throws IOException {
    String file = Files.createFile(dir.resolve("empty")).toString();
    int one = Libc.open(file, Libc.O_RDONLY, 0);
    int other = Libc.open(file, Libc.O_RDONLY, 0);
    OfdLocks.share(one, 100);
    assertThat(OfdLocks.isLocked(one, 100)).as("its own").isFalse();
    assertThat(OfdLocks.isLocked(other, 100)).isTrue();
    assertThat(OfdLocks.isLocked(other, 99)).isFalse();
    assertThat(OfdLocks.isLocked(other, 101)).isFalse();
    OfdLocks.share(other, 100);
    assertThat(OfdLocks.isLocked(one, 100)).isTrue();
    Libc.close(one);
    assertThat(OfdLocks.isLocked(other, 100)).isFalse();
    Libc.close(other);
  }
}

package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileSystemTest {
  private static final int FUSE_SUPER_MAGIC = 0x65735546;

  @Test
  void files_in_memory_are_local_and_those_that_the_kernel_makes_up_are_not() {
    int memory = Libc.memfdCreate("local", 0);
    int madeUp = Libc.open("/proc/self/status", Libc.O_RDONLY, 0);
    assertThat(FileSystem.of(memory).isLocal()).isTrue();
    assertThat(FileSystem.of(madeUp).isLocal()).isFalse();
    assertThat(new FileSystem(FUSE_SUPER_MAGIC, 4096).isLocal()).isFalse();
    Libc.close(memory);
    Libc.close(madeUp);
  }
}

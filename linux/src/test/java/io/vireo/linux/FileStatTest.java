package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStatTest {
  @TempDir Path dir;

  @Test
  void a_regular_file_is_told_as_the_jdk_tells_it() throws IOException {
    Path path = Files.write(dir.resolve("file"), new byte[12345]);
    int fd = Libc.open(path.toString(), Libc.O_RDONLY, 0);
    FileStat stat = FileStat.of(fd);
    Libc.close(fd);
    assertThat(stat.sizeBytes()).isEqualTo(12345);
    assertThat(stat.inode()).isEqualTo(Files.getAttribute(path, "unix:ino"));
    assertThat(stat.mode()).isEqualTo(Files.getAttribute(path, "unix:mode"));
    assertThat(stat.isRegular()).isTrue();
    assertThat(stat.isBlockDevice()).isFalse();
  }

  @Test
  void a_bad_descriptor_is_told() {
    assertThatThrownBy(() -> FileStat.of(-1))
        .hasMessage("statx of descriptor -1: Bad file descriptor (EBADF)");
  }

  @Test
  void a_device_file_tells_which_device_it_stands_for() {
    int fd = Libc.open("/dev/null", Libc.O_RDWR, 0);
    FileStat stat = FileStat.of(fd);
    Libc.close(fd);
    assertThat(stat.rdev()).isEqualTo(1L << 32 | 3); // major 1, minor 3
    assertThat(stat.isRegular()).isFalse();
    assertThat(stat.isBlockDevice()).isFalse();
  }

  @Test
  void files_of_one_file_system_share_the_device_but_not_the_inode() throws IOException {
    FileStat[] stats = new FileStat[2];
    for (int i = 0; i < 2; i++) {
      int fd = Libc.open(dir.resolve("f" + i).toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
      stats[i] = FileStat.of(fd);
      Libc.close(fd);
    }
    assertThat(stats[0].device()).isEqualTo(stats[1].device());
    assertThat(stats[0].inode()).isNotEqualTo(stats[1].inode());
  }

  @Test
  void direct_io_works_at_the_alignment_that_is_told() throws IOException {
    Path path = Files.write(dir.resolve("direct"), new byte[65536]);
    int fd = Libc.open(path.toString(), Libc.O_RDONLY, 0);
    FileStat stat = FileStat.of(fd);
    Libc.close(fd);
    assumeThat(stat.dioOffsetAlignBytes()).as("direct I/O on this file system").isPositive();
    int direct = Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_DIRECT, 0);
    try (Arena arena = Arena.ofConfined()) {
      int step = stat.dioOffsetAlignBytes();
      long memory = arena.allocate(65536, 65536).address() + stat.dioMemAlignBytes();
      assertThat(Libc.pread(direct, memory, step, step)).isEqualTo(step);
    }
    Libc.close(direct);
  }
}

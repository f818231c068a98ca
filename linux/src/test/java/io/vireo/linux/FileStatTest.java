package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
}

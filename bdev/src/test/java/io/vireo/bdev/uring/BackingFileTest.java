package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackingFileTest {
  @Test
  void a_file_on_a_disk_is_opened_past_the_page_cache_with_the_demands_that_statx_tells()
      throws IOException {
    Path path = TestFiles.onDisk();
    TestFiles.resize(path, 1 << 20);
    try (BackingFile file = BackingFile.open(path.toString(), 4096, BackingFile.Caching.DIRECT)) {
      FileStat stat = FileStat.of(file.fd());
      boolean can = stat.dioOffsetAlignBytes() > 0 && stat.dioOffsetAlignBytes() <= 4096;
      if (can) {
        assertThat(file.direct()).isTrue();
        assertThat(file.alignment())
            .isEqualTo(new IoAlignment(stat.dioMemAlignBytes(), stat.dioOffsetAlignBytes()));
      }
      assertThat(flags(file.fd()) & Libc.O_DIRECT).isEqualTo(file.direct() ? Libc.O_DIRECT : 0);
    }
    try (BackingFile file = BackingFile.open(path.toString(), 4096, BackingFile.Caching.BUFFERED)) {
      assertThat(file.direct()).isFalse();
      assertThat(file.alignment()).isEqualTo(IoAlignment.NONE);
      assertThat(flags(file.fd()) & Libc.O_DIRECT).isZero();
    }
    Files.delete(path);
  }

  /** The flags that a descriptor was opened with, octal in its fdinfo. */
  private static int flags(int fd) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", ""), 8))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_file_in_memory_goes_through_the_page_cache_which_it_lies_in() throws IOException {
    Path path = TestFiles.inMemory();
    TestFiles.resize(path, 1 << 20);
    try (BackingFile file = BackingFile.open(path.toString(), 512, BackingFile.Caching.DIRECT)) {
      assertThat(file.direct()).isFalse();
      assertThat(file.alignment()).isEqualTo(IoAlignment.NONE);
    }
    Files.delete(path);
  }

  @Test
  void probing_by_reading_finds_an_alignment_that_works() throws IOException {
    assertThat(probed(new byte[1 << 20]))
        .hasValueSatisfying(
            found -> {
              assertThat(found.memoryBytes()).isIn(512, 4096);
              assertThat(found.lengthBytes()).isEqualTo(4096);
            });
  }

  @Test
  void probing_a_hole_tells_nothing() throws IOException {
    assertThat(probed(new byte[0])).isEmpty();
  }

  /** Probes a file of 1 MiB that begins with {@code content}. */
  private static Optional<IoAlignment> probed(byte[] content) throws IOException {
    Path path = TestFiles.onDisk();
    Files.write(path, content);
    TestFiles.resize(path, 1 << 20);
    int fd = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_DIRECT, 0);
    Libc.fsync(fd);
    try {
      return new AlignmentProbe(fd, 4096, 1 << 20).byReading();
    } finally {
      Libc.close(fd);
      Files.delete(path);
    }
  }
}

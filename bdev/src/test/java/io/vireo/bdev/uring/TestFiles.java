package io.vireo.bdev.uring;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files for tests: in the build directory, on a file system of disk, and in memory. */
final class TestFiles {
  private TestFiles() {}

  static Path onDisk() throws IOException {
    return Files.createTempFile(Files.createDirectories(Path.of("target")), "uring", ".img");
  }

  static Path inMemory() throws IOException {
    return Files.createTempFile(Path.of("/dev/shm"), "vireo-uring", ".img");
  }

  static void resize(Path file, long bytes) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(bytes);
    }
  }
}

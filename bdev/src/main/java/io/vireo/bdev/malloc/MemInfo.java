package io.vireo.bdev.malloc;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the machine has of memory.
 *
 * @param totalBytes ordinary memory
 * @param availableBytes of that, what could be had now without swapping
 * @param freeHugeBytes reserved huge pages that nobody uses
 */
record MemInfo(long totalBytes, long availableBytes, long freeHugeBytes) {
  private static final long KIB = 1024;

  static MemInfo read() {
    try {
      return parse(Files.readAllLines(Path.of("/proc/meminfo")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MemInfo parse(List<String> lines) {
    return new MemInfo(
        value(lines, "MemTotal") * KIB,
        value(lines, "MemAvailable") * KIB,
        value(lines, "HugePages_Free") * value(lines, "Hugepagesize") * KIB);
  }

  private static long value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /**
   * Refuses a disk that would not fit. Ordinary memory is only taken when it is first written, and
   * the kernel would promise more than there is and end the process later; so the disk must fit
   * what is available now, and all such disks together what the machine has.
   *
   * @param othersBytes what the other disks were promised of ordinary memory
   */
  void requireRoom(long bytes, long othersBytes) {
    if (bytes <= freeHugeBytes) {
      return;
    }
    long room = Math.min(availableBytes, totalBytes - othersBytes);
    if (bytes > room) {
      throw new BdevException(
          Errno.ENOMEM,
          "a disk of %d bytes does not fit: %d bytes of memory are available"
              .formatted(bytes, Math.max(0, room)));
    }
  }
}

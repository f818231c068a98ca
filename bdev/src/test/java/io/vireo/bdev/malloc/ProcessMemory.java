package io.vireo.bdev.malloc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has of memory. */
final class ProcessMemory {
  private ProcessMemory() {}

  static long residentBytes() throws IOException {
    return value("VmRSS");
  }

  static long mappedBytes() throws IOException {
    return value("VmSize");
  }

  /** How many mappings do; 0 where the kernel does not tell. */
  static long preferringNode0() throws IOException {
    Path policies = Path.of("/proc/self/numa_maps");
    return Files.exists(policies)
        ? Files.readAllLines(policies).stream()
            .filter(l -> (l + " ").contains(" prefer:0 "))
            .count()
        : 0;
  }

  private static long value(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}

package io.vireo.virtio;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** What the C program {@code virtio-numbers.c} printed over the kernel's headers. */
public final class VirtioNumbers {
  private static final Map<String, Long> NUMBERS = read();

  private VirtioNumbers() {}

  /** An offset ({@code vring_desc.len}), size ({@code vring_desc}) or constant. */
  public static long of(String name) {
    return NUMBERS.get(name);
  }

  private static Map<String, Long> read() {
    try (InputStream in = VirtioNumbers.class.getResourceAsStream("virtio-numbers.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

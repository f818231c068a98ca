package io.vireo.virtio;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.StructLayout;
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

  /** Compares an offset of ours with a struct of our own and with the kernel's. */
  public static void check(int offset, StructLayout struct, String name, String field) {
    assertThat(offset)
        .as("%s.%s", name, field)
        .isEqualTo((int) struct.byteOffset(groupElement(field)))
        .isEqualTo((int) of(name + "." + field));
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

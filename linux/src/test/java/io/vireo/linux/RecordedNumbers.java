package io.vireo.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a C program printed over other people's headers: a name and a number a line. */
public final class RecordedNumbers {
  private RecordedNumbers() {}

  /** Those in a resource beside {@code test}, by name. */
  public static Map<String, Integer> of(Class<?> test, String resource) {
    try (InputStream in = test.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", 2))
          .collect(
              Collectors.toMap(
                  line -> line[0], line -> Integer.valueOf(line[1]), (a, b) -> a, TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

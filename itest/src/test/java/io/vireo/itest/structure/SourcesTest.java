package io.vireo.itest.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Habits that only the sources show. */
class SourcesTest {
  private static final int MAX_LINES = 300;

  /** Maven runs a module's tests in its folder. */
  private final Path repository = Path.of("..").toAbsolutePath().normalize();

  @Test
  void every_package_says_what_it_is() throws IOException {
    Set<Path> silent = new TreeSet<>();
    for (Path file : mainSources()) {
      Path info = file.resolveSibling("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).startsWith("/**")) {
        silent.add(file.getParent());
      }
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void every_public_type_says_what_it_is() throws IOException {
    assertThat(mainSources())
        .filteredOn(file -> read(file).contains("\npublic "))
        .allMatch(file -> read(file).matches("(?s).*\\*/\n(@[^\n]*\n( [^\n]*\n)*)*public .*"));
  }

  @Test
  void files_are_short() throws IOException {
    assertThat(mainSources()).allMatch(file -> read(file).lines().count() <= MAX_LINES);
  }

  @Test
  void nothing_waits_to_be_done() throws IOException {
    assertThat(mainSources())
        .noneMatch(file -> read(file).matches("(?s).*\\b(TODO|FIXME|XXX)\\b.*"));
  }

  private List<Path> mainSources() throws IOException {
    List<Path> sources;
    try (Stream<Path> modules = Files.list(repository)) {
      sources =
          modules
              .map(module -> module.resolve("src/main/java"))
              .filter(Files::isDirectory)
              .flatMap(SourcesTest::javaFiles)
              .collect(Collectors.toList());
    }
    assertThat(sources).hasSizeGreaterThan(100);
    return sources;
  }

  private static Stream<Path> javaFiles(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

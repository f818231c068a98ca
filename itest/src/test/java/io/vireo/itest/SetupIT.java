package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test with a guest fails where there is none, and says what to run. */
@Timeout(60)
class SetupIT {
  @TempDir Path directory;
  private Path programs;

  /** All programs of this machine but QEMU. */
  @BeforeEach
  void link() throws IOException {
    programs = Files.createDirectory(directory.resolve("programs"));
    for (String folder : new String[] {"/usr/bin", "/usr/sbin"}) {
      try (Stream<Path> all = Files.list(Path.of(folder))) {
        for (Path program :
            all.filter(p -> !p.getFileName().toString().startsWith("qemu")).toList()) {
          Path link = programs.resolve(program.getFileName());
          if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
  }

  /** Here, for JUnit would warn of each link that leads out of its folder. */
  @AfterEach
  void unlink() throws IOException {
    try (Stream<Path> links = Files.list(programs)) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
  }

  @Test
  void without_qemu_a_test_fails_with_the_command_that_gets_it() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> Guest.in(directory, Map.of("PATH", programs.toString())))
        .withMessageEndingWith(
            "setup: missing: qemu-system-x86, qemu-utils; get it with: qemu-scripts/setup");
  }

  @Test
  void without_a_guest_kernel_a_test_fails_with_the_command_that_gets_it() {
    Path cache = directory.resolve("cache");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> Guest.in(directory, Map.of("VIREO_CACHE", cache.toString())))
        .withMessageEndingWith(
            "setup: missing: a kernel for the guest in %s/kernel; get it with: qemu-scripts/setup"
                .formatted(cache));
  }
}

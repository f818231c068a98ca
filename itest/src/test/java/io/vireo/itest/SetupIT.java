package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test with a guest fails where there is none, and says what to run. */
@Timeout(60)
class SetupIT {
  @TempDir Path directory;

  @Test
  void without_qemu_a_test_fails_with_the_command_that_gets_it() throws Exception {
    try (Programs others = Programs.allBut("qemu", directory.resolve("programs"))) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> Guest.in(directory, Map.of("PATH", others.path())))
          .withMessageEndingWith(
              "setup: missing: qemu-system-x86, qemu-utils; get it with: qemu-scripts/setup");
    }
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

package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * NVMe controllers, an IOMMU and a kernel with VFIO are seldom where Vireo is built: a guest has
 * them emulated, and Vireo's driver, tools and target run in it. What is checked there, and what
 * each check has seen, is a line of {@code qemu-scripts/nvme-guest}.
 */
@Timeout(600)
class NvmeGuestIT {
  private static final Duration PATIENCE = Duration.ofMinutes(9);
  private static final Pattern SUMMARY = Pattern.compile("(\\d+) passed, 0 failed");

  @Test
  void driver_and_target_pass_all_checks_on_controllers_that_work_and_that_fail() throws Exception {
    assertThat(passed()).isGreaterThan(120);
  }

  @Test
  void so_do_commands_refusals_and_all_with_short_addresses_and_without_an_iommu()
      throws Exception {
    assertThat(passed("--others")).isGreaterThan(220);
  }

  /** How many checks there were, none of which failed. */
  private static int passed(String... options) throws Exception {
    List<String> command =
        Stream.concat(Stream.of(Repository.script("nvme-guest")), Stream.of(options)).toList();
    try (Child script = new Child(command)) {
      int status = script.status(PATIENCE);
      String output = script.output();
      assertThat(status).as(output).isZero();
      Matcher summary = SUMMARY.matcher(output.lines().reduce((_, last) -> last).orElse(""));
      assertThat(summary.matches()).as(output).isTrue();
      return Integer.parseInt(summary.group(1));
    }
  }
}

package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's kernel, under which Vireo is to run, is seldom the one that builds it: what depends on
 * the kernel is tested under it as well, in a JVM in a guest. The JVM and the tests' files lie on a
 * Vireo disk, which so carries an ext4 at work.
 */
@Timeout(400)
class GuestKernelIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern SUMMARY =
      Pattern.compile("tests: (\\d+) succeeded, (\\d+) failed, (\\d+) aborted, (\\d+) skipped");

  @Test
  void system_calls_and_the_uring_bdev_work_under_the_guests_kernel(@TempDir Path directory)
      throws Exception {
    Path image = directory.resolve("java.img");
    String classPath = System.getProperty("java.class.path");
    Child.run(0, Repository.script("javadisk"), "--class-path", classPath, image.toString());
    try (LaunchedTarget target = new LaunchedTarget(directory, "--idle", "adaptive")) {
      target.disks().uring("java", image);
      try (Guest guest =
          Guest.in(directory)
              .option("--memory", 1024)
              .disk(target.disks().serve("java"), "num-queues=2")
              .boot()) {
        guest.run("mount -t ext4 /dev/vda /mnt");
        Guest.Answer answer = guest.attempt(String.join(" ", command()), PATIENCE);
        assertThat(answer.status()).as(answer.output()).isZero();
        MatchResult summary = SUMMARY.matcher(answer.output()).results().findFirst().orElseThrow();
        assertThat(Integer.parseInt(summary.group(1))).isGreaterThan(200);
        assertThat(summary.group()).endsWith(" 0 failed, 0 aborted, 0 skipped");
        guest.run("cd /mnt && umount dev/shm dev sys proc && cd / && umount /mnt");
        guest.powerOff();
      }
      assertThat(target.log()).doesNotContain("WARN").doesNotContain("ERROR");
    }
    Child.run(0, "/usr/sbin/e2fsck", "-fn", image.toString());
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>(List.of("/mnt/run-java", "-Xmx256m"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("--(enable|add|sun).*"))
        .forEach(command::add);
    command.addAll(List.of(GuestTests.class.getName(), "io.vireo.linux", "io.vireo.bdev.uring"));
    // Of the JVM and the processor, not of the kernel, and long under emulation.
    command.addAll(List.of("-AllocationTest", "-requests_allocate_nothing", "-FaultPointTest"));
    // Needs losetup; the other asks the kernel for nothing that UringDirectTest does not.
    command.addAll(List.of("-UringLoopDeviceTest", "-UringBouncedTest"));
    command.add("-TerminalTest"); // the guest has no pseudo-terminals
    return command;
  }
}

package io.vireo.daemon.nvme;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A target with disks on controllers that fail, in a guest of {@code nvme-guest --monitor}: errors,
 * commands that take long, resets, and devices that go and come, all while a front-end verifies
 * what it writes and reads. What destroys comes last.
 *
 * <p>Arguments choose some of them: {@code errors}, {@code resets}, {@code delays}, {@code
 * hotplug}; {@code log} shows what the target logs.
 */
public final class NvmeFaultGuestChecks {
  private NvmeFaultGuestChecks() {}

  public static void main(String[] arguments) throws Exception {
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "32");
    int status;
    try (FaultyGuest guest = new FaultyGuest()) {
      List<String> wanted = new ArrayList<>(List.of(arguments));
      if (wanted.remove("log")) {
        guest.log.print(System.err);
      }
      run(guest, part -> wanted.isEmpty() || wanted.contains(part));
      status = guest.checks.end();
    }
    System.exit(status);
  }

  private static void run(FaultyGuest guest, Predicate<String> wanted) throws Exception {
    if (wanted.test("errors")) {
      new ErrorChecks(guest).run();
    }
    if (wanted.test("resets")) {
      new ResetChecks(guest).run();
    }
    if (wanted.test("delays")) {
      new DelayChecks(guest).run();
    }
    if (wanted.test("hotplug")) {
      new HotPlugChecks(guest).run();
    }
  }
}

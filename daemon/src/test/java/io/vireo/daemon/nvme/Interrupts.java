package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel has counted of the interrupts that it hands to a program. */
final class Interrupts {
  private static final Path ALL = Path.of("/proc/interrupts");
  private static final Pattern VECTOR = Pattern.compile("vfio-msix\\[(\\d+)\\]\\(([0-9a-f:.]+)\\)");
  private static final Pattern COUNTS = Pattern.compile("^\\s*\\d+:((?:\\s+\\d+)+)\\s");
  private static final String ADMIN_VECTOR = "0";

  private Interrupts() {}

  /** How often the I/O queues of a function have interrupted since its interrupts are on. */
  static long ofQueues(PciAddress address) throws IOException {
    long sum = 0;
    for (String line : Files.readAllLines(ALL)) {
      Matcher vector = VECTOR.matcher(line);
      Matcher counts = COUNTS.matcher(line);
      if (vector.find()
          && !vector.group(1).equals(ADMIN_VECTOR)
          && vector.group(2).equals(address.toString())
          && counts.find()) {
        for (String count : counts.group(1).strip().split("\\s+", -1)) {
          sum += Long.parseLong(count);
        }
      }
    }
    return sum;
  }
}

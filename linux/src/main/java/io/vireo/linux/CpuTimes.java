package io.vireo.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What a CPU has spent its time on since the machine started, all threads of all programs together:
 * proc_stat(5). As fine as the kernel's clock tick, 10 ms.
 *
 * @param userNs programs, also with a low priority, and guests of this machine
 * @param systemNs the kernel, for programs
 * @param irqNs interrupts, hard and soft
 */
public record CpuTimes(long userNs, long systemNs, long irqNs) {
  private static final Path STAT = Path.of("/proc/stat");

  /** USER_HZ, which is 100 on x86-64. */
  private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1) / 100;

  private static final CpuTimes NONE = new CpuTimes(0, 0, 0);
  private static final int USER = 1; // guests' time is in it
  private static final int NICE = 2;
  private static final int SYSTEM = 3;
  private static final int IRQ = 6;
  private static final int SOFTIRQ = 7;

  /** A CPU's; zeroes where the machine does not tell. */
  public static CpuTimes of(int cpu) {
    try {
      return parse(Files.readString(STAT), cpu);
    } catch (IOException e) {
      return NONE; // a container may hide it
    }
  }

  static CpuTimes parse(String stat, int cpu) {
    String name = "cpu" + cpu + " ";
    return stat.lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> of(line.split(" +", -1)))
        .orElse(NONE);
  }

  private static CpuTimes of(String... words) {
    return words.length <= SOFTIRQ
        ? NONE
        : new CpuTimes(
            ns(words[USER]) + ns(words[NICE]),
            ns(words[SYSTEM]),
            ns(words[IRQ]) + ns(words[SOFTIRQ]));
  }

  private static long ns(String ticks) {
    return Long.parseLong(ticks) * TICK_NS;
  }
}

package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** The processors, and which of them a thread may run on. */
public final class Cpu {
  /** Enough for 8192 CPUs, the most that Linux can be built for on x86-64. */
  private static final int MASK_BYTES = 1024;

  private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");

  private Cpu() {}

  /** The CPUs that the calling thread may run on. */
  public static BitSet allowed() {
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(MASK_BYTES, 8).address();
      long filled = Syscall.call(Syscall.SCHED_GETAFFINITY, 0, MASK_BYTES, mask);
      check(filled, "sched_getaffinity", "");
      byte[] bytes = new byte[(int) filled];
      Mem.copy(mask, bytes, 0, bytes.length);
      return BitSet.valueOf(bytes);
    }
  }

  /** The CPU that the calling thread runs on at this moment. */
  public static int current() {
    try (Arena arena = Arena.ofConfined()) {
      long cpu = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      check(Syscall.call(Syscall.GETCPU, cpu, 0, 0), "getcpu", "");
      return Mem.getInt(cpu);
    }
  }

  /**
   * Lets the calling thread run on one CPU only.
   *
   * @throws ErrnoException EINVAL when there is no such CPU or the process may not use it
   */
  public static void pin(int cpu) {
    if (cpu < 0 || cpu >= MASK_BYTES * Byte.SIZE) {
      throw new ErrnoException("sched_setaffinity", Errno.EINVAL, "to CPU " + cpu);
    }
    BitSet only = new BitSet();
    only.set(cpu);
    allow(0, only, "to CPU " + cpu);
  }

  /**
   * Lets a thread of this process run on some CPUs only; so will threads that it begins.
   *
   * @param tid as the kernel knows it
   * @throws ErrnoException ESRCH when it has ended; EINVAL when the process may use none of them,
   *     or the thread is the kernel's own
   */
  public static void allow(int tid, BitSet cpus) {
    allow(tid, cpus, "of thread " + tid);
  }

  private static void allow(int tid, BitSet cpus, String detail) {
    try (Arena arena = Arena.ofConfined()) {
      long mask = arena.allocate(MASK_BYTES, 8).address();
      byte[] bytes = cpus.toByteArray();
      Mem.copy(bytes, 0, mask, Math.min(bytes.length, MASK_BYTES));
      check(
          Syscall.call(Syscall.SCHED_SETAFFINITY, tid, MASK_BYTES, mask),
          "sched_setaffinity",
          detail);
    }
  }

  /** One more than the highest number that a CPU of this machine can have. */
  public static int count() {
    try {
      String ranges = Files.readString(POSSIBLE).strip();
      String last =
          ranges.substring(Math.max(ranges.lastIndexOf('-'), ranges.lastIndexOf(',')) + 1);
      return Integer.parseInt(last) + 1;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + POSSIBLE, e);
    }
  }
}

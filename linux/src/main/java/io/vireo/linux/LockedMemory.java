package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory of this process may be locked and how much is, in bytes. Any thread. */
public final class LockedMemory {
  /** There is no limit. */
  public static final long UNLIMITED = -1;

  static final int RLIMIT_MEMLOCK = 8;
  static final int RLIMIT_BYTES = 16;
  static final int RLIM_CUR = 0;

  private static final int THIS_PROCESS = 0;
  private static final String LOCKED = "VmLck:";

  private LockedMemory() {}

  /**
   * The limit (RLIMIT_MEMLOCK), which holds for who has not CAP_IPC_LOCK; or {@link #UNLIMITED}.
   */
  public static long limitBytes() {
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(RLIMIT_BYTES, Long.BYTES).address();
      long result = Syscall.call(Syscall.PRLIMIT64, THIS_PROCESS, RLIMIT_MEMLOCK, 0, limit);
      check(result, "prlimit", "of RLIMIT_MEMLOCK");
      return Mem.getLong(limit + RLIM_CUR);
    }
  }

  /** What is locked now; memory that VFIO has pinned is. */
  public static long lockedBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(LOCKED)) {
          String number = line.substring(LOCKED.length()).replace("kB", "").strip();
          return Long.parseLong(number) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

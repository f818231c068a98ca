package io.vireo.linux;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.pci.PciGuestChecks;
import java.lang.foreign.Arena;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Checks by a user who is not root. For the kernel a user is a matter of each thread: they run on
 * one that is not root any more.
 */
public final class Unprivileged {
  private static final int SETRESUID = 117;
  private static final int PRLIMIT64 = 302;
  private static final int RLIMIT_MEMLOCK = 8;
  private static final int NOBODY = 65534;

  private Unprivileged() {}

  /** Runs a check as a user without privileges. */
  public static Object asNobody(GuestChecks.Check check) throws Exception {
    FutureTask<Object> task =
        new FutureTask<>(
            () -> {
              long result = Syscall.call(SETRESUID, NOBODY, NOBODY, NOBODY);
              ErrnoException.check(result, "setresuid", "to " + NOBODY);
              return check.run();
            });
    Thread.ofPlatform().name("nobody").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Runs a check while the IOMMU group's file is that user's. */
  public static Object withGroup(int group, GuestChecks.Check check) throws Exception {
    String file = "/dev/vfio/" + group;
    PciGuestChecks.run("chown", Integer.toString(NOBODY), file);
    try {
      return check.run();
    } finally {
      PciGuestChecks.run("chown", "0", file);
    }
  }

  /** Runs a check while this process may lock so much memory. */
  public static Object locking(long bytes, GuestChecks.Check check) throws Exception {
    long before = LockedMemory.limitBytes();
    limit(bytes);
    try {
      require(LockedMemory.limitBytes() == bytes, LockedMemory.limitBytes());
      return check.run();
    } finally {
      limit(before);
    }
  }

  private static void limit(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long limit = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
      Mem.putLong(limit, bytes);
      Mem.putLong(limit + Long.BYTES, -1);
      long result = Syscall.call(PRLIMIT64, 0, RLIMIT_MEMLOCK, limit, 0);
      ErrnoException.check(result, "prlimit", "of RLIMIT_MEMLOCK");
    }
  }
}

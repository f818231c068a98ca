package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.Libc;
import io.vireo.linux.LockedMemory;
import io.vireo.linux.Mem;
import io.vireo.linux.Syscall;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.NvmeProbe;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PciGuestChecks;
import io.vireo.linux.pci.PhysicalMemory;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;

/**
 * What a user without privileges can do, and is told. For the kernel a user is a matter of each
 * thread: these checks run on one that is not root any more.
 */
final class UnprivilegedChecks {
  private static final int SETRESUID = 117;
  private static final int PRLIMIT64 = 302;
  private static final int RLIMIT_MEMLOCK = 8;
  private static final int NOBODY = 65534;
  private static final long MIB = 1 << 20;

  private final PciFunction function;
  private final int group;

  UnprivilegedChecks(PciFunction function) {
    this.function = function;
    this.group = function.iommuGroup().orElseThrow();
  }

  void all(GuestChecks checks) {
    checks.check("another user without access to the group", () -> asNobody(this::noAccess));
    checks.check("another user and physical addresses", () -> asNobody(this::noAddresses));
    checks.check("another user with access", () -> asOwner(() -> asNobody(this::access)));
    checks.check(
        "another user with 64 KiB of locked memory",
        () -> asOwner(() -> limited(64 << 10, () -> asNobody(this::tooMuch))));
  }

  private Object noAccess() throws Exception {
    try (VfioContainer container = VfioContainer.open()) {
      return fails(
          "(EACCES); run as root, or give the file to this user: chown USER /dev/vfio/" + group,
          () -> VfioGroup.open(group, container));
    }
  }

  private Object noAddresses() throws Exception {
    return fails(
        "only root may know physical addresses", () -> PhysicalMemory.open(Path.of("/")).close());
  }

  private Object access() {
    try (VfioContainer container = VfioContainer.open();
        VfioGroup joined = VfioGroup.open(group, container);
        VfioDevice device = VfioDevice.open(joined, function.address())) {
      device.config().enable();
      try (MappedBar bar = device.mapBar(0)) {
        int version = Mem.getRegister32(bar.address() + NvmeProbe.VS);
        require(version >>> 16 == 1, version);
        return "VS %x".formatted(version);
      }
    }
  }

  private Object tooMuch() throws Exception {
    int prot = Libc.PROT_READ | Libc.PROT_WRITE;
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
    long hva = Libc.mmap(0, MIB, prot, flags, -1, 0);
    try (VfioContainer container = VfioContainer.open();
        VfioGroup joined = VfioGroup.open(group, container)) {
      require(joined.number() == group, joined.number());
      container.map(hva, 0, 32 << 10);
      require(LockedMemory.lockedBytes() == 32 << 10, LockedMemory.lockedBytes());
      String said =
          fails(
              "32768 of the 65536 bytes that this process may lock are locked (RLIMIT_MEMLOCK)",
              () -> container.map(hva, MIB, MIB));
      container.map(hva, MIB, 32 << 10); // what was refused counts no more
      return said;
    } finally {
      Libc.munmap(hva, MIB);
    }
  }

  private Object asOwner(GuestChecks.Check check) throws Exception {
    String file = "/dev/vfio/" + group;
    PciGuestChecks.run("chown", Integer.toString(NOBODY), file);
    try {
      return check.run();
    } finally {
      PciGuestChecks.run("chown", "0", file);
    }
  }

  private static Object limited(long bytes, GuestChecks.Check check) throws Exception {
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

  private static Object asNobody(GuestChecks.Check check) throws Exception {
    FutureTask<Object> task =
        new FutureTask<>(
            () -> {
              long result = Syscall.call(SETRESUID, NOBODY, NOBODY, NOBODY);
              ErrnoException.check(result, "setresuid", "to " + NOBODY);
              return check.run();
            });
    Thread.ofPlatform().name("nobody").start(task);
    return task.get();
  }
}

package io.vireo.linux.vfio;

import static io.vireo.linux.GuestChecks.fails;
import static io.vireo.linux.GuestChecks.require;
import static io.vireo.linux.Unprivileged.asNobody;
import static io.vireo.linux.Unprivileged.locking;
import static io.vireo.linux.Unprivileged.withGroup;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Libc;
import io.vireo.linux.LockedMemory;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.MappedBar;
import io.vireo.linux.pci.NvmeProbe;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PhysicalMemory;
import java.nio.file.Path;

/** What a user without privileges can do, and is told. */
final class UnprivilegedChecks {
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
    checks.check("another user with access", () -> withGroup(group, () -> asNobody(this::access)));
    checks.check(
        "another user with 64 KiB of locked memory",
        () -> withGroup(group, () -> locking(64 << 10, () -> asNobody(this::tooMuch))));
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
}

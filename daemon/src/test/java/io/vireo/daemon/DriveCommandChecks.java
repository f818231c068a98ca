package io.vireo.daemon;

import static io.vireo.linux.GuestChecks.require;
import static io.vireo.linux.Unprivileged.asNobody;
import static io.vireo.linux.Unprivileged.locking;
import static io.vireo.linux.Unprivileged.withGroup;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciFunction;

/** {@code vireo nvme} with controllers that are bound to vfio-pci, and with some that are not. */
final class DriveCommandChecks {
  private final GuestChecks checks;
  private final GuestCommands commands;

  DriveCommandChecks(GuestChecks checks, GuestCommands commands) {
    this.checks = checks;
    this.commands = commands;
  }

  /** Those of a controller that the kernel has. */
  void kernels(PciFunction function) {
    String address = function.address().toString();
    String advice = "is bound to nvme; bind it to vfio-pci: vireo pci bind " + address;
    commands.checkFails(1, address + " " + advice, "nvme identify " + address);
    commands.checkFails(1, "there is no PCI function 0000:7f:00.0", "nvme identify 7f:00.0");
    commands.check("nvme list", address, advice);
  }

  /**
   * Those of two controllers that are ours.
   *
   * @param first has one namespace
   * @param second has several
   */
  void ours(PciFunction first, PciFunction second) {
    String address = second.address().toString();
    commands.check(
        "nvme list", "VIREO0", "VIREO1", "MiB of 512", "2: 16 MiB of 4096", "in zones", "ok, ");
    commands.check("nvme list --json", "\"serial\" : \"VIREO0\"");
    commands.check("nvme identify " + address, "VIREO1", "max transfer bytes");
    commands.check(
        "nvme identify --namespace 2 --json " + address, "\"nsid\" : 2", "\"block_bytes\" : 4096");
    commands.checkFails(
        1,
        address + " has no namespace 9 that can be used, only: 1, 2, 3",
        "nvme identify --namespace 9 " + address);
    String perf = "nvme perf -w randrw -q 8 -t 0.3 --warmup 0.1 ";
    commands.check(perf + first.address(), first.address() + " namespace 1", "IOPS");
    commands.checkFails(
        1, "requests of 777 bytes are no multiple of 512", "nvme perf -o 777 " + address);
    unprivileged(first.iommuGroup().orElseThrow(), "nvme identify " + first.address());
  }

  private void unprivileged(int group, String identify) {
    checks.check(
        "vireo nvme identify by another user",
        () -> asNobody(() -> commands.fails(1, "chown USER /dev/vfio/" + group, identify)));
    checks.check(
        "vireo nvme identify by another user who has the group",
        () ->
            withGroup(
                group,
                () ->
                    locking(
                        256 << 20,
                        () -> asNobody(() -> GuestCommands.succeeds(identify, "VIREO0")))));
    checks.check(
        "vireo nvme identify by another user with 64 KiB of locked memory",
        () ->
            withGroup(
                group,
                () ->
                    locking(
                        64 << 10,
                        () -> asNobody(() -> commands.fails(1, "RLIMIT_MEMLOCK", identify)))));
  }

  /** Those of a controller whose group the kernel has the rest of. */
  void shared(PciFunction function) {
    String address = function.address().toString();
    checks.check(
        "vireo pci bind of half a group",
        () -> {
          GuestCommands.Said said = GuestCommands.vireo("pci bind " + address);
          require(said.status() == 0, said);
          require(said.err().contains(address + " cannot be driven while the kernel has "), said);
          return said.all();
        });
    commands.checkFails(1, "is not viable: bind ", "nvme identify " + address);
    commands.check("pci bind --driver uio_pci_generic " + address, "vfio-pci -> uio_pci_generic");
    commands.checkFails(1, "is bound to uio_pci_generic; ", "nvme identify " + address);
  }
}

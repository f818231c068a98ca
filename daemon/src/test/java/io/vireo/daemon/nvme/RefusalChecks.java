package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Errno;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.Unprivileged;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import io.vireo.linux.pci.PciGuestChecks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Controllers that a target refuses to attach: which errno and which sentence a client gets, and
 * that nothing has changed then, neither in the target nor at the machine.
 */
final class RefusalChecks {
  private static final String MOUNTED = "/tmp/mounted";
  private static final int PAIR = 0x10;

  private final GuestChecks checks;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final List<PciAddress> controllers;
  private JsonRpcClient client;
  private long pid;

  /** Looks for the controllers, which the kernel's driver has. */
  RefusalChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    controllers =
        bus.functions().stream().filter(PciFunction::isNvme).map(PciFunction::address).toList();
  }

  /** Those of a machine with an IOMMU; the controllers are then the kernel's again. */
  void run() throws Exception {
    try (GuestTarget target = GuestTarget.start(0)) {
      ask(target.client(), ProcessHandle.current().pid());
      ofAnyUser();
      client.close();
    }
    PciAddress first = controllers.getFirst();
    bus.bind(first, "vfio-pci");
    try (OtherTarget target = OtherTarget.start(64)) {
      ask(target.client(), target.pid());
      ofAnother(first.toString(), bus.function(first).orElseThrow().iommuGroup().orElseThrow());
    } finally {
      bus.release(first);
      KernelDisks.first(bus, first);
    }
  }

  /** The one of a machine without an IOMMU. */
  void withoutIommu(GuestTarget target) throws Exception {
    ask(target.client(), ProcessHandle.current().pid());
    String first = controllers.getFirst().toString();
    check("without an IOMMU", Errno.EINVAL, "switch the IOMMU on, in the firmware", first);
    client.close();
  }

  private void ask(JsonRpcClient whom, long process) {
    client = whom;
    pid = process;
  }

  private void ofAnyUser() throws Exception {
    PciAddress first = controllers.getFirst();
    String address = first.toString();
    String disk = KernelDisks.first(bus, first).toString();
    check("what is no address", Errno.EINVAL, "traddr: ", "nvme0");
    check("what is not there", Errno.ENODEV, "there is no PCI function 0000:7f:00.0", "7f:00.0");
    check("what is no controller", Errno.EINVAL, "is no NVMe controller: its class is", "00:00.0");
    check("what the kernel has", Errno.EBUSY, "is bound to nvme; bind it to vfio-pci", address);
    PciGuestChecks.run("mke2fs", "-q", disk);
    PciGuestChecks.run("mkdir", "-p", MOUNTED);
    PciGuestChecks.run("mount", "-t", "ext4", disk, MOUNTED);
    check("a disk that is mounted", Errno.EBUSY, " is mounted at " + MOUNTED, address);
    PciGuestChecks.run("umount", MOUNTED);
    bus.unbind(first);
    check("what has no driver", Errno.EINVAL, "has no driver; bind it to vfio-pci", address);
    bus.bind(first, "uio_pci_generic");
    check("what another driver has", Errno.EBUSY, "is bound to uio_pci_generic; ", address);
    bus.release(first);
    KernelDisks.first(bus, first);
    PciAddress half =
        controllers.stream().filter(one -> one.device() == PAIR).findFirst().orElseThrow();
    bus.bind(half, "vfio-pci");
    check("half a group", Errno.EBUSY, "is not viable: bind ", half.toString());
    bus.release(half);
    KernelDisks.first(bus, half);
  }

  private void ofAnother(String address, int group) throws Exception {
    String chown = "chown USER /dev/vfio/" + group;
    check("by a user who has no access", Errno.EACCES, chown, address);
    Unprivileged.withGroup(
        group,
        () -> {
          check("by one who may lock 64 KiB", Errno.ENOMEM, "RLIMIT_MEMLOCK", address);
          return group;
        });
  }

  private void check(String what, int errno, String sentence, String address) {
    checks.check("refused to attach: " + what, () -> refused(errno, sentence, address));
  }

  private Object refused(int errno, String sentence, String address) throws IOException {
    TargetState before = TargetState.of(client, pid, bus);
    try {
      client.call(
          "bdev_nvme_attach_controller",
          Map.of("name", "Refused", "trtype", "PCIe", "traddr", address));
    } catch (RpcException e) {
      require(e.code() == -errno && e.getMessage().contains(sentence), e.code() + ": " + e);
      TargetState after = TargetState.of(client, pid, bus);
      require(after.equals(before), "before " + before + ", after " + after);
      return e.getMessage();
    }
    throw new AssertionError("attached");
  }
}

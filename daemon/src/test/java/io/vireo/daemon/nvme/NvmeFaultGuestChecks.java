package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.virtio.blk.BlkStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A target with disks on controllers that fail, in a guest of {@code nvme-guest --monitor}: errors,
 * commands that take long, resets, and devices that go and come, all while a front-end verifies
 * what it writes and reads. What destroys comes last.
 */
public final class NvmeFaultGuestChecks {
  private static final String ERRORS = "errors";

  /** Sectors of the disk with errors that cannot be read, and not be written. */
  private static final int UNREADABLE = 20_000;

  private static final int UNWRITABLE = 24_000;

  private final GuestChecks checks = new GuestChecks(System.out);
  private final PciBus bus = new PciBus(Path.of("/"));
  private final QemuMonitor monitor = new QemuMonitor();
  private GuestTarget target;

  private NvmeFaultGuestChecks() throws IOException {}

  public static void main(String[] arguments) throws Exception {
    System.exit(new NvmeFaultGuestChecks().run());
  }

  private int run() throws Exception {
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "32");
    try (monitor;
        GuestTarget started = GuestTarget.start()) {
      target = started;
      errors();
    }
    return checks.end();
  }

  private String attach(String device) throws IOException {
    PciAddress address = monitor.address(device);
    bus.bind(address, "vfio-pci");
    target.call(
        "bdev_nvme_attach_controller",
        Map.of("name", device, "trtype", "PCIe", "traddr", address.toString()));
    return device + "n1";
  }

  /** A disk that can be read and written, but for two sectors. */
  private void errors() throws Exception {
    Path path = target.serve(attach(ERRORS), Map.of());
    try (SocketChecks socket = new SocketChecks(path, 0, 512, NvmeFaultGuestChecks::withErrors)) {
      checks.check("a sector that cannot be read", () -> unreadable(socket));
      checks.check("a sector that cannot be written", () -> unwritable(socket));
      checks.check("all others can, beside them", () -> socket.verify(16, 300, 512));
      socket.expect(Expectation.SUCCESS);
    }
    target.serveNoMore(ERRORS + "n1");
    target.call("bdev_nvme_detach_controller", Map.of("name", ERRORS));
  }

  private static boolean withErrors(int status, int at, int bytes) {
    return status == BlkStatus.OK
        || (status == BlkStatus.IOERR
            && (has(UNREADABLE, at, bytes) || has(UNWRITABLE, at, bytes)));
  }

  private static boolean has(int sector, int at, int bytes) {
    return at <= sector * 512 && sector * 512 < at + bytes;
  }

  private static Object unreadable(SocketChecks socket) {
    for (int i = 0; i < 3; i++) {
      require(socket.read(UNREADABLE, 1) == BlkStatus.IOERR, "it was read");
      require(socket.read(UNREADABLE - 8, 16) == BlkStatus.IOERR, "it was read with others");
      require(socket.read(UNREADABLE + 1, 8) == BlkStatus.OK, "the next ones were not read");
    }
    return "I/O error, for each request that has it";
  }

  private static Object unwritable(SocketChecks socket) {
    for (int i = 0; i < 3; i++) {
      require(socket.write(UNWRITABLE, 1) == BlkStatus.IOERR, "it was written");
      require(socket.write(UNWRITABLE - 8, 8) == BlkStatus.OK, "the ones before were not written");
      require(socket.read(UNWRITABLE, 1) == BlkStatus.OK, "it cannot be read");
    }
    return "I/O error, for each request that has it";
  }
}

package io.vireo.daemon.nvme;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A target in a guest whose devices can be made to fail, and what checks of it need. */
final class FaultyGuest implements AutoCloseable {
  /** In the log: of a command that takes too long. */
  static final String LATE = "did not end within";

  /** In place of what happens to commands that are late: none is. */
  static final String NEVER_LATE = "";

  private static final int DEPTH = 16;

  /** After this time a command is late. */
  private static final int LATE_US = 400_000;

  final GuestChecks checks = new GuestChecks(System.out);
  final QemuMonitor monitor = new QemuMonitor();
  final PciBus bus = new PciBus(Path.of("/"));
  final GuestTarget target = GuestTarget.start(0); // which wants the log to be silent
  final GuestLog log = GuestLog.begin();

  FaultyGuest() throws IOException {}

  /** Checks of a disk that is served. */
  interface DiskChecks {
    void run(SocketChecks socket) throws Exception;
  }

  /**
   * Has a device's disk served meanwhile.
   *
   * @param onTimeout what happens to commands that are late, or {@link #NEVER_LATE}
   */
  void disk(String device, String onTimeout, Expectation expected, DiskChecks what)
      throws Exception {
    boolean never = onTimeout.equals(NEVER_LATE);
    target.call(
        "bdev_nvme_set_options",
        Map.of("action_on_timeout", never ? "none" : onTimeout, "timeout_us", never ? 0 : LATE_US));
    String bdev = attach(device);
    Path path = target.serve(bdev, Map.of());
    try (SocketChecks socket = new SocketChecks(path, 0, 512, DEPTH, expected)) {
      what.run(socket);
    }
    target.serveNoMore(bdev);
    target.call("bdev_nvme_detach_controller", Map.of("name", device));
  }

  /** Attaches the controller of that name; answers its disk. */
  String attach(String device) throws IOException {
    PciAddress address = monitor.address(device);
    bus.bind(address, "vfio-pci");
    target.call(
        "bdev_nvme_attach_controller",
        Map.of("name", device, "trtype", "PCIe", "traddr", address.toString()));
    return device + "n1";
  }

  /** The names of the controllers that are attached. */
  List<String> controllers() throws IOException {
    JsonNode all = target.call("bdev_nvme_get_controllers", Map.of());
    return StreamSupport.stream(all.spliterator(), false)
        .map(controller -> controller.get("name").stringValue())
        .toList();
  }

  /** How many bytes a second QEMU takes from and to a disk; 0: as many as there are. */
  void throttle(String device, long bytes) throws IOException {
    monitor.execute(
        "block_set_io_throttle",
        Map.of(
            "id", device, "bps", bytes, "bps_rd", 0, "bps_wr", 0, "iops", 0, "iops_rd", 0,
            "iops_wr", 0));
  }

  @Override
  public void close() throws IOException {
    try (monitor) {
      target.close();
    }
  }
}

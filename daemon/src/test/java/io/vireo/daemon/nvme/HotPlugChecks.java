package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.virtio.blk.BlkStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Controllers that come, and that go while their disks are at work. */
final class HotPlugChecks {
  private static final String FOUND = "HotInNvme0";

  private final FaultyGuest guest;

  HotPlugChecks(FaultyGuest guest) {
    this.guest = guest;
  }

  void run() throws Exception {
    String orderly = guest.attach("orderly");
    String surprise = guest.attach("surprise");
    guest.target.call("bdev_nvme_set_hotplug", Map.of("enable", true));
    Path path = guest.target.serve(orderly, Map.of());
    try (SocketChecks socket = new SocketChecks(path, 0, 512)) {
      socket.expect(Expectation.ANY);
      Load load = Load.on(socket);
      // The slot's button is only heard after 5 s; meanwhile others come and go.
      guest.monitor.execute("device_del", Map.of("id", "orderly"));
      guest.checks.check("a controller comes and is attached", this::comes);
      surprise(surprise);
      guest.checks.check("one is taken away in order, under load", () -> taken(load));
      guest.checks.check("its front-end stays too", () -> stays(socket, orderly));
    }
    guest.target.serveNoMore(orderly);
    guest.checks.check("the one that came has been there all the time", this::there);
  }

  private void surprise(String bdev) throws Exception {
    Path path = guest.target.serve(bdev, Map.of());
    try (SocketChecks socket = new SocketChecks(path, 0, 512)) {
      guest.checks.check("one is pulled out under load", () -> pulled(socket));
      guest.checks.check("its front-end stays", () -> stays(socket, bdev));
    }
    guest.target.serveNoMore(bdev);
  }

  private Object comes() throws Exception {
    guest.monitor.execute(
        "device_add",
        Map.of(
            "driver", "nvme", "id", "plugged", "bus", "port3", "drive", "plugged", "serial",
            "VIREO4"));
    PciAddress address = guest.monitor.address("plugged");
    GuestChecks.await("function " + address, () -> isThere(address));
    guest.bus.bind(address, "vfio-pci");
    GuestChecks.await("controller " + FOUND, () -> isAttached(FOUND));
    return there();
  }

  private boolean isThere(PciAddress address) {
    try {
      return guest.bus.function(address).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isAttached(String controller) {
    try {
      return guest.controllers().contains(controller);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object there() throws Exception {
    String bdev = FOUND + "n1";
    try (SocketChecks socket = new SocketChecks(guest.target.serve(bdev, Map.of()), 0, 512)) {
      return socket.verify(8, 50, 512);
    } finally {
      guest.target.serveNoMore(bdev);
    }
  }

  private Object taken(Load load) throws Exception {
    load.awaitFailures(20);
    Object seen = load.end();
    guest.monitor.awaitDeleted("orderly");
    GuestChecks.await("end of the controller", () -> !isAttached("orderly"));
    return seen;
  }

  private Object pulled(SocketChecks socket) throws Exception {
    socket.expect(Expectation.ANY);
    Load load = Load.on(socket);
    RootPort.of(guest.monitor.address("port2")).powerOff();
    load.awaitFailures(20);
    Object seen = load.end();
    GuestChecks.await("end of the controller", () -> !isAttached("surprise"));
    return seen;
  }

  private Object stays(SocketChecks socket, String bdev) {
    require(guest.target.sessions(bdev) == 1, "its session has ended");
    require(socket.read(0, 1) == BlkStatus.IOERR, "what is gone is read");
    return "with an I/O error for each request";
  }
}

package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A target with disks on real controllers, in a guest of qemu-scripts/nvme-guest: attached by RPC,
 * written and read by a front-end over the socket, given back to the kernel, which reads the same.
 */
public final class NvmeTargetGuestChecks {
  private final GuestChecks checks = new GuestChecks(System.out);
  private final PciBus bus = new PciBus(Path.of("/"));
  private final List<PciAddress> controllers;
  private GuestTarget target;

  private NvmeTargetGuestChecks() throws IOException {
    controllers =
        bus.functions().stream().filter(PciFunction::isNvme).map(PciFunction::address).toList();
  }

  public static void main(String[] arguments) throws Exception {
    System.exit(new NvmeTargetGuestChecks().run());
  }

  private int run() throws Exception {
    Files.writeString(Path.of("/proc/sys/vm/nr_hugepages"), "32");
    GuestChecks.await("/dev/nvme0n1", () -> Files.exists(Path.of("/dev/nvme0n1")));
    for (PciAddress address : controllers) {
      bus.bind(address, "vfio-pci");
    }
    byte[] written;
    try (GuestTarget started = GuestTarget.start()) {
      target = started;
      for (int i = 0; i < controllers.size(); i++) {
        attach(i);
      }
      for (JsonNode bdev : target.call("bdev_get_bdevs", Map.of())) {
        disk(bdev);
      }
      checks.check("health", this::health);
      written = content();
      checks.check("controllers are detached", this::detach);
    }
    checks.check("the kernel's driver reads the same", () -> kernelReads(written));
    return checks.end();
  }

  private void attach(int index) {
    String traddr = controllers.get(index).toString();
    checks.check(
        "controller " + traddr + " is attached",
        () ->
            target.call(
                "bdev_nvme_attach_controller",
                Map.of("name", "Nvme" + index, "trtype", "PCIe", "traddr", traddr)));
  }

  /** A disk over the socket: as it is, by copying, and while its controller is reset. */
  private void disk(JsonNode bdev) throws IOException {
    String name = bdev.get("name").stringValue();
    long sectors = bdev.get("num_blocks").longValue() * bdev.get("block_size").longValue() / 512;
    int block = bdev.get("block_size").intValue();
    Path path = serve(name, Map.of());
    try (SocketChecks socket = new SocketChecks(path, sectors, block)) {
      for (int depth : new int[] {1, 4, 16, 64}) {
        checks.check(
            "%s: any size at depth %d, where it lies".formatted(name, depth),
            () -> socket.verify(depth, 300, 4096));
      }
      checks.check(name + ": buffers at any address", () -> socket.verify(16, 200, 1));
      checks.check(name + ": discard, write zeroes, flush", socket::otherRequests);
      checks.check(name + ": while the controller is reset", () -> reset(name, socket));
      checks.check(name + ": what went through is counted", this::statistics);
    }
    target.serveNoMore(name);
    path = serve(name, Map.of("pin_guest_memory", false));
    try (SocketChecks socket = new SocketChecks(path, sectors, block)) {
      checks.check(name + ": without pinning, by copying", () -> socket.verify(16, 200, 512));
    }
    target.serveNoMore(name);
  }

  private Path serve(String name, Map<String, Object> more) throws IOException {
    Path path = target.serve(name, more);
    checks.check(
        name + " is served",
        () -> {
          require(Files.exists(path), "no socket");
          return path;
        });
    return path;
  }

  private Object reset(String name, SocketChecks socket) throws Exception {
    String controller = name.substring(0, name.lastIndexOf('n'));
    Thread resets =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (JsonRpcClient other = target.client()) {
                    for (int i = 0; i < 3; i++) {
                      other.call("bdev_nvme_reset_controller", Map.of("name", controller));
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    Object seen = socket.verify(16, 300, 1);
    resets.join();
    String now = target.state(controller);
    require(now.equals("enabled"), now);
    return seen;
  }

  private Object statistics() throws IOException {
    JsonNode all = target.call("bdev_nvme_get_transport_statistics", null);
    JsonNode pcie = all.get("poll_groups").get(0).get("transports").get(0);
    require(pcie.get("trname").stringValue().equals("PCIE"), pcie);
    require(pcie.get("completions").longValue() > 1700, pcie); // one a request at least
    return pcie;
  }

  private Object health() throws IOException {
    JsonNode health = target.call("bdev_nvme_get_controller_health_info", Map.of("name", "Nvme0"));
    require(health.get("temperature_celsius").intValue() > 0, health);
    return health;
  }

  /** What is on the first disk, by way of the target. */
  private byte[] content() throws Exception {
    try (SocketChecks socket = new SocketChecks(serve("Nvme0n1", Map.of()), 0, 512)) {
      return socket.digest();
    } finally {
      target.serveNoMore("Nvme0n1");
    }
  }

  private Object detach() throws IOException {
    for (int i = 0; i < controllers.size(); i++) {
      target.call("bdev_nvme_detach_controller", Map.of("name", "Nvme" + i));
    }
    JsonNode left = target.call("bdev_get_bdevs", Map.of());
    require(left.isEmpty(), left);
    return "none left";
  }

  private Object kernelReads(byte[] wanted) throws Exception {
    bus.release(controllers.getFirst());
    GuestChecks.await("/dev/nvme0n1", () -> Files.exists(Path.of("/dev/nvme0n1")));
    MessageDigest digest = md5();
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(Path.of("/dev/nvme0n1")), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    byte[] seen = digest.digest();
    require(MessageDigest.isEqual(seen, wanted), HexFormat.of().formatHex(seen));
    return "md5 " + HexFormat.of().formatHex(seen);
  }

  static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each JDK has it", e);
    }
  }
}

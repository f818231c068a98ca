package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.KernelDisks;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import tools.jackson.databind.JsonNode;

/**
 * A target with disks on real controllers, in a guest of qemu-scripts/nvme-guest: attached by RPC,
 * written and read by a front-end over the socket, given back to the kernel, which reads the same.
 */
public final class NvmeTargetGuestChecks {
  private static final Path HUGE_PAGES = Path.of("/proc/sys/vm/nr_hugepages");
  private static final int PAIR = 0x10;

  private final GuestChecks checks;
  private final PciBus bus = new PciBus(Path.of("/"));
  private final List<PciAddress> controllers;
  private final Map<String, byte[]> written = new TreeMap<>(); // what is on each disk at last
  private GuestTarget target;

  /** Looks for the controllers, which the kernel's driver has. */
  public NvmeTargetGuestChecks(GuestChecks checks) throws IOException {
    this.checks = checks;
    controllers =
        bus.functions().stream()
            .filter(function -> function.isNvme() && function.address().device() != PAIR)
            .map(PciFunction::address)
            .toList();
  }

  public static void main(String[] arguments) {
    GuestChecks checks = new GuestChecks(System.out);
    checks.part("target", () -> new NvmeTargetGuestChecks(checks).run());
    System.exit(checks.end());
  }

  /** Runs them all; the controllers are then the kernel's again. */
  public void run() throws Exception {
    Files.writeString(HUGE_PAGES, "32");
    try (GuestTarget started = GuestTarget.start(0, 1)) {
      target = started;
      checks.check("attaching what the kernel has", () -> refused("is bound to nvme; ", 0));
      for (PciAddress address : controllers) {
        KernelDisks.first(bus, address);
        bus.bind(address, "vfio-pci");
      }
      for (int i = 0; i < controllers.size(); i++) {
        attach(i);
      }
      checks.check("attaching it again", () -> refused("Nvme0", 0));
      disk("Nvme0n1", 512);
      if (controllers.size() > 1) {
        checks.check("two disks of a controller on two reactors", this::twoReactors);
      }
      checks.check("health", this::health);
      checks.check("controllers are detached", this::detach);
    }
    for (PciAddress address : controllers) {
      bus.release(address);
    }
    for (String name : written.keySet()) {
      checks.check("the kernel's driver reads the same on " + name, () -> kernelReads(name));
    }
  }

  private JsonNode attach(String name, PciAddress address) throws IOException {
    return target.call(
        "bdev_nvme_attach_controller",
        Map.of("name", name, "trtype", "PCIe", "traddr", address.toString()));
  }

  private void attach(int index) {
    PciAddress address = controllers.get(index);
    checks.check("controller " + address + " is attached", () -> attach("Nvme" + index, address));
  }

  private Object refused(String sentence, int index) throws IOException {
    try {
      attach("Nvme" + index, controllers.get(index));
    } catch (RpcException e) {
      require(e.getMessage().contains(sentence), e);
      return e.getMessage();
    }
    throw new AssertionError("attached");
  }

  /** A disk over the socket: by copying, as it is, and while its controller is reset. */
  private void disk(String name, int block) throws IOException {
    Path copied = target.serve(name, Map.of("pin_guest_memory", false));
    try (SocketChecks socket = new SocketChecks(copied, 0, block)) {
      checks.check(name + ": without pinning, by copying", () -> socket.verify(16, 80, 512));
    }
    target.serveNoMore(name);
    Path path = target.serve(name, Map.of("cpumask", "0x2"));
    try (SocketChecks socket = new SocketChecks(path, 0, block, 64, Expectation.SUCCESS)) {
      for (int depth : new int[] {1, 4, 16, 64}) {
        checks.check(
            "%s: any size at depth %d, where it lies".formatted(name, depth),
            () -> socket.verify(depth, 60 + 3 * depth, 4096));
      }
      checks.check(name + ": buffers at any address", () -> socket.verify(16, 120, 1));
      checks.check(name + ": discard, write zeroes, flush", socket::otherRequests);
      checks.check(name + ": while the controller is reset", () -> reset(name, socket));
      checks.check(name + ": what went through is counted", () -> completions(1));
      written.put(name, socket.digest());
    }
    target.serveNoMore(name);
  }

  private Object reset(String name, SocketChecks socket) throws Exception {
    String controller = name.substring(0, name.lastIndexOf('n'));
    FutureTask<Void> resets = new FutureTask<>(() -> resets(controller));
    Thread.ofPlatform().start(resets);
    Object seen = socket.verify(16, 150, 1);
    resets.get();
    String now = target.state(controller);
    require(now.equals("enabled"), now);
    return seen;
  }

  private Void resets(String controller) throws IOException {
    try (JsonRpcClient other = target.client()) {
      for (int i = 0; i < 3; i++) {
        other.call("bdev_nvme_reset_controller", Map.of("name", controller));
      }
    }
    return null;
  }

  /** Its two namespaces, one with blocks of 4 KiB, each with a queue pair of its own. */
  private Object twoReactors() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    List<FutureTask<Object>> disks = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      String name = "Nvme1n" + i;
      int block = i == 1 ? 512 : 4096;
      String cpu = "0x" + i;
      FutureTask<Object> disk = new FutureTask<>(() -> beside(name, block, cpu, both));
      Thread.ofPlatform().name(name).start(disk);
      disks.add(disk);
    }
    StringBuilder seen = new StringBuilder();
    for (FutureTask<Object> disk : disks) {
      seen.append(disk.get()).append("; ");
    }
    return seen.toString();
  }

  private Object beside(String name, int block, String cpus, CyclicBarrier both) throws Exception {
    Path path = target.serve(name, Map.of("cpumask", cpus));
    try (SocketChecks socket = new SocketChecks(path, 0, block, 64, Expectation.SUCCESS)) {
      both.await(30, SECONDS);
      Object seen = socket.verify(16, 80, 1) + ", " + socket.verify(64, 80, 512);
      both.await(30, SECONDS);
      completions(2);
      byte[] digest = socket.digest();
      synchronized (written) {
        written.put(name, digest);
      }
      return seen;
    } finally {
      target.serveNoMore(name);
    }
  }

  /** Of each reactor that had any; so many of them must have. */
  private List<Long> completions(int reactors) throws IOException {
    List<Long> completions = target.completions();
    require(completions.stream().filter(n -> n >= 80).count() >= reactors, completions);
    return completions;
  }

  private Object health() throws IOException {
    JsonNode health = target.call("bdev_nvme_get_controller_health_info", Map.of("name", "Nvme0"));
    require(health.get("temperature_celsius").intValue() > 0, health);
    return health;
  }

  private Object detach() throws IOException {
    for (int i = 0; i < controllers.size(); i++) {
      target.call("bdev_nvme_detach_controller", Map.of("name", "Nvme" + i));
    }
    JsonNode left = target.call("bdev_get_bdevs", Map.of());
    require(left.isEmpty(), left);
    return "none left";
  }

  private Object kernelReads(String name) throws Exception {
    int controller = name.charAt("Nvme".length()) - '0';
    String suffix = name.substring(name.lastIndexOf('n'));
    int namespace = Integer.parseInt(suffix.substring(1));
    Path disk =
        KernelDisks.all(bus, controllers.get(controller), namespace).stream()
            .filter(path -> path.toString().endsWith(suffix))
            .findFirst()
            .orElseThrow();
    MessageDigest digest = md5();
    try (InputStream in = new DigestInputStream(Files.newInputStream(disk), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    byte[] seen = digest.digest();
    require(MessageDigest.isEqual(seen, written.get(name)), HexFormat.of().formatHex(seen));
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

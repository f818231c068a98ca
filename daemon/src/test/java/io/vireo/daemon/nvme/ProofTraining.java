package io.vireo.daemon.nvme;

import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.daemon.pci.Modules;
import io.vireo.daemon.pci.PciCommand;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.GuestChecks;
import io.vireo.linux.pci.PciBus;
import io.vireo.reactor.ReactorOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.jar.JarFile;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a JVM does on the host to leave an AOT cache for those in a guest, where loading classes
 * takes longer than all checks: it has our classes loaded, and serves a disk in memory. Touches no
 * device.
 */
public final class ProofTraining {
  private ProofTraining() {}

  /**
   * Loads and serves.
   *
   * @param arguments an empty folder
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      load(entry);
    }
    GuestChecks checks = new GuestChecks(quietly());
    checks.part("target", () -> serve(checks, folder));
    checks.part("commands", () -> command(folder));
    System.exit(checks.end());
  }

  private static PrintStream quietly() {
    return new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** Ours of a jar. */
  private static void load(String jar) throws IOException {
    try (JarFile file = new JarFile(jar)) {
      file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.matches("io/vireo/(?!.*jmh).*[.]class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .forEach(name -> load(name, ProofTraining.class.getClassLoader()));
    }
  }

  private static void load(String name, ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      // a test of those that need a test framework
    }
  }

  private static void serve(GuestChecks checks, Path folder) throws Exception {
    BitSet cpus = new BitSet();
    cpus.set(0);
    Path rpc = folder.resolve("rpc.sock");
    try (Target _ = Target.start(new TargetOptions(cpus, ReactorOptions.ADAPTIVE, rpc, folder));
        JsonRpcClient client = new JsonRpcClient(rpc)) {
      client.call(
          "bdev_malloc_create", Map.of("name", "disk", "num_blocks", 32768, "block_size", 512));
      client.call("vhost_create_blk_controller", Map.of("ctrlr", "disk", "dev_name", "disk"));
      try (SocketChecks socket = new SocketChecks(folder.resolve("disk"), 32768, 512)) {
        checks.check("sizes", () -> socket.verify(16, 100, 1));
        checks.check("others", socket::otherRequests);
      }
    }
  }

  private static void command(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("sys/bus/pci/devices"));
    OptionSpec help = OptionSpec.builder("--help").usageHelp(true).build();
    CommandLine line = PciCommand.line(folder, new PciBus(folder), Modules.modprobe(), help);
    line.setOut(new PrintWriter(Writer.nullWriter()));
    line.execute("status");
  }
}

package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;
import static java.lang.ProcessBuilder.Redirect.INHERIT;

import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.linux.pci.PciGuestChecks;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** A target in a process of its own, of a user without privileges; a guest has no other users. */
final class OtherTarget implements AutoCloseable {
  private static final Path DIRECTORY = Path.of("/tmp/other");
  private static final Path RPC = DIRECTORY.resolve("rpc.sock");
  private static final Path USERS = Path.of("/etc/passwd");
  private static final String NOBODY = "nobody";

  private final Process process;
  private final JsonRpcClient client;

  private OtherTarget(Process process) throws IOException {
    this.process = process;
    this.client = new JsonRpcClient(RPC);
  }

  /** What runs in that process, until its input ends. */
  public static void main(String[] arguments) throws IOException {
    BitSet cpus = new BitSet();
    cpus.set(0);
    TargetOptions options = new TargetOptions(cpus, ReactorOptions.ADAPTIVE, RPC, DIRECTORY);
    try (Target _ = Target.start(options)) {
      System.out.write('.');
      System.out.flush();
      require(System.in.read() < 0, "there is no input");
    }
  }

  /**
   * Starts it.
   *
   * @param lockedKib how much memory it may lock
   */
  static OtherTarget start(long lockedKib) throws Exception {
    Files.createDirectories(DIRECTORY);
    Files.createDirectories(USERS.getParent());
    Files.writeString(USERS, NOBODY + ":x:65534:65534::/:/bin/sh\n");
    PciGuestChecks.run("chown", "65534", DIRECTORY.toString());
    String java = String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
    String line =
        "ulimit -l %d && exec java %s -XX:-UsePerfData %s"
            .formatted(lockedKib, java, OtherTarget.class.getName());
    Process process =
        new ProcessBuilder("su", "-m", "-s", "/bin/sh", NOBODY, "-c", line)
            .redirectError(INHERIT)
            .start();
    require(process.getInputStream().read() == '.', "it has not started");
    return new OtherTarget(process);
  }

  JsonRpcClient client() {
    return client;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() throws IOException {
    client.close();
    process.getOutputStream().close();
    int status = process.onExit().join().exitValue();
    require(status == 0, "it ended with " + status);
  }
}

package io.vireo.daemon;

import io.vireo.daemon.log.Logging;
import io.vireo.daemon.method.Version;
import io.vireo.daemon.metrics.ListenAddress;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.Words;
import io.vireo.linux.Cpu;
import io.vireo.linux.Platform;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code vireo target}: runs a target until a signal ends it. */
@Command(
    name = "target",
    header = "Runs a target: disks for virtual machines, managed by JSON-RPC.",
    description = "%nIt ends by SIGTERM or SIGINT, which close all disks and remove its sockets.",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo target -m 0x3                    two CPUs",
      "  vireo target -c disks.json --autosave  with the disks of last time",
      "  vireo target -m [2-5] --idle adaptive  four CPUs, free when no guest does I/O",
      "  vireo target --metrics 9100            for Prometheus on this machine"
    })
final class TargetCommand implements Callable<Integer> {
  @Option(
      names = {"-m", "--cpumask"},
      paramLabel = "MASK",
      description = {
        "the CPUs to serve disks on, one thread each: a mask like 0x3 or a list like [0,2-3]"
            + " (default: the first CPU that this process may use)"
      })
  private String cpuMask;

  @Option(
      names = {"-r", "--rpc-socket"},
      paramLabel = "SOCKET",
      defaultValue = JsonRpcClient.USUAL_SOCKET,
      description = "for JSON-RPC (default: ${DEFAULT-VALUE})")
  private Path rpcSocket;

  @Option(
      names = {"-S", "--socket-dir"},
      paramLabel = "DIR",
      defaultValue = "/var/tmp",
      description = "where the disks' vhost-user sockets appear (default: ${DEFAULT-VALUE})")
  private Path socketDirectory;

  @Option(
      names = "--idle",
      paramLabel = "poll|adaptive",
      defaultValue = "poll",
      converter = IdleConverter.class,
      description =
          "what a CPU does without I/O: poll on, for the lowest latency, or sleep after a while"
              + " (default: ${DEFAULT-VALUE})")
  private ReactorOptions reactors;

  @Option(
      names = {"-c", "--config", "--json"},
      paramLabel = "FILE",
      description = "begins with what a configuration file says (see vireo config)")
  private Path config;

  @Option(
      names = "--json-ignore-init-errors",
      description =
          "leaves out what is refused of the configuration file, with a warning for each entry;"
              + " not with --autosave")
  private boolean ignoreErrors;

  @Option(
      names = "--autosave",
      description = "writes each change to the configuration file, which need not be there yet")
  private boolean autosave;

  @Option(
      names = "--wait-for-rpc",
      description = "lets clients set what disks stand on, until framework_start_init is called")
  private boolean waitForRpc;

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description = "finds more kinds of disks in the jars of a folder")
  private Path plugins;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      converter = ListenAddressConverter.class,
      description = {
        "shows Prometheus what happens, at /metrics of that address over HTTP; without HOST to"
            + " this machine only"
      })
  private InetSocketAddress metrics;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description = "also writes log lines to a file, as one JSON object each")
  private Path logFile;

  private final Runnable preparation;

  /**
   * @param preparation ends before any socket is offered
   */
  TargetCommand(Runnable preparation) {
    this.preparation = preparation;
  }

  static final class ListenAddressConverter implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
      try {
        return ListenAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Platform.check();
    TargetOptions options = options();
    Logging.toStderr();
    if (logFile != null) {
      Logging.toFile(logFile);
    }
    new Foreground<Target>(target -> target)
        .start(
            () -> {
              preparation.run();
              return Target.start(options);
            },
            target -> log(options, target));
    new CountDownLatch(1).await();
    return 0;
  }

  private TargetOptions options() {
    BitSet cpus = new BitSet();
    if (cpuMask == null) {
      cpus.set(Cpu.allowed().nextSetBit(0));
    } else {
      cpus = CpuMask.parse(cpuMask);
    }
    return new TargetOptions(
        cpus,
        reactors,
        rpcSocket.toAbsolutePath(),
        socketDirectory.toAbsolutePath(),
        new StartOptions(config, autosave, ignoreErrors, waitForRpc, plugins),
        metrics);
  }

  private static void log(TargetOptions options, Target target) {
    MachineFacts machine = new MachineFacts(Path.of("/"));
    Foreground.logger()
        .info(
            "Vireo {} runs on CPUs {}{} (idle: {}), JSON-RPC at {}, disks' sockets in {}{}{}{}",
            Version.current(),
            CpuMask.formatList(options.cpus()),
            machine.nodes(options.cpus()),
            Words.of(options.reactors().idle()),
            options.rpcSocket(),
            options.socketDirectory(),
            target.metrics().map(served -> ", metrics at " + served.url()).orElse(""),
            machine.drives(),
            beginning(options.start(), target));
  }

  private static String beginning(StartOptions start, Target target) {
    if (start.waitForRpc()) {
      return "; it waits for framework_start_init";
    }
    return start.config() == null
        ? ""
        : "; of %s: bdevs %d, controllers %d%s"
            .formatted(
                start.config(),
                target.bdevs().all().size(),
                target.vhost().controllers().size(),
                start.autosave() ? "; changes are written to it" : "");
  }
}

package io.vireo.daemon;

import io.vireo.daemon.log.Logging;
import io.vireo.daemon.method.Version;
import io.vireo.daemon.rpc.Words;
import io.vireo.linux.Cpu;
import io.vireo.linux.Platform;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.ReactorOptions;
import io.vireo.vhost.VhostServer;
import io.vireo.vhost.VhostSocket;
import io.vireo.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code vireo blk}: one disk until a signal ends it.
 *
 * <p>QEMU's <i>Vhost-user Protocol</i>, section "Backend program conventions".
 */
@Command(
    name = "blk",
    header = "Serves one file or block device as a disk: no configuration, no JSON-RPC.",
    description = {
      "%nIt keeps the conventions of QEMU and libvirt for programs behind a vhost-user disk, stays in"
          + " the foreground and ends by SIGTERM or SIGINT, or when the one front-end of a passed"
          + " connection goes. QEMU's own tools and this program keep each other off an image that"
          + " one of them writes."
    },
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  vireo blk --socket-path=/run/vm0.sock --blk-file=disk.img",
      "  vireo blk --fd=3 --blk-file=/dev/vg0/vm0 --read-only"
    })
final class BlkCommand implements Callable<Integer> {
  private static final String PRINT_CAPABILITIES = "--print-capabilities";

  /** The schema is QEMU's docs/interop/vhost-user.json. */
  private static final String CAPABILITIES =
      "{\"type\":\"block\",\"features\":[\"read-only\",\"blk-file\"]}";

  @ArgGroup(multiplicity = "1")
  private Place place;

  private static final class Place {
    @Option(
        names = "--socket-path",
        paramLabel = "PATH",
        description = "the vhost-user socket to make")
    private Path socketPath;

    @Option(
        names = "--fd",
        paramLabel = "N",
        description =
            "the descriptor of a socket that this program is given: one that listens (systemd's"
                + " first is 3), or the connection of one front-end")
    private Integer fd;
  }

  @Option(
      names = "--blk-file",
      required = true,
      paramLabel = "PATH",
      description = "the file or block device")
  private Path file;

  @Option(names = "--read-only", description = "lets the guest only read")
  private boolean readOnly;

  @Option(
      names = PRINT_CAPABILITIES,
      help = true,
      description = "prints what it can do as JSON and exits, whatever the other options are")
  private boolean printCapabilities;

  @Option(
      names = "--serial",
      paramLabel = "TEXT",
      description = "what the guest reads as the disk's ID (default: the file's name)")
  private String serial;

  @Option(
      names = "--num-queues",
      paramLabel = "N",
      defaultValue = "" + BlkOptions.MAX_QUEUES,
      description = "the most queues that a front-end may use (default: ${DEFAULT-VALUE})")
  private int queues;

  @Option(
      names = "--queue-size",
      paramLabel = "N",
      defaultValue = "1024",
      description = "the most entries of a queue, a power of two (default: ${DEFAULT-VALUE})")
  private int queueSize;

  @Option(
      names = "--block-size",
      paramLabel = "BYTES",
      description = "what the guest sees (default: the device's logical block, 512 for a file)")
  private Integer blockBytes;

  @Option(
      names = {"-m", "--cpumask"},
      paramLabel = "MASK",
      description =
          "the CPUs to serve it on, one thread each: a mask like 0x3 or a list like [0,2-3]"
              + " (default: the one that this program is started on)")
  private String cpuMask;

  @Option(
      names = "--idle",
      paramLabel = "poll|adaptive",
      defaultValue = "adaptive",
      converter = IdleConverter.class,
      description =
          "what a CPU does without I/O: poll on, for the lowest latency, or sleep after a while"
              + " (default: ${DEFAULT-VALUE})")
  private ReactorOptions reactors;

  @Option(
      names = {"-r", "--rpc-socket"},
      paramLabel = "SOCKET",
      description = "also serves JSON-RPC, to look at it (default: no)")
  private Path rpcSocket;

  @Spec private CommandSpec spec;

  private final Runnable rehearsal;

  /**
   * @param rehearsal begins when the socket is there: a guest takes longer to boot
   */
  BlkCommand(Runnable rehearsal) {
    this.rehearsal = rehearsal;
  }

  /** By the conventions all else is ignored beside one option, also what is no option. */
  static String[] essence(String... args) {
    boolean asked = args.length > 0 && args[0].equals("blk");
    return asked && List.of(args).contains(PRINT_CAPABILITIES)
        ? new String[] {"blk", PRINT_CAPABILITIES}
        : Arrays.copyOf(args, args.length);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (printCapabilities) {
      spec.commandLine().getOut().println(CAPABILITIES);
      return 0;
    }
    Platform.check();
    TargetOptions options = options();
    ServedFile.Options disk = disk();
    Logging.toStderr();
    ServedFile served =
        new Foreground<>(ServedFile::target)
            .start(() -> ServedFile.start(options, disk, this::socket), s -> log(s, options));
    rehearsal.run();
    served.awaitEnd();
    return 0;
  }

  private VhostSocket socket() {
    return place.fd == null
        ? VhostSocket.at(place.socketPath, VhostServer.DEFAULT_SOCKET_MODE)
        : VhostSocket.passed(place.fd);
  }

  private ServedFile.Options disk() {
    if (blockBytes != null && blockBytes <= 0) {
      throw new IllegalArgumentException("block size %d is not positive".formatted(blockBytes));
    }
    return new ServedFile.Options(
        file,
        blockBytes == null ? 0 : blockBytes,
        new BlkOptions(serial, readOnly, queues, queueSize, BlkOptions.ADAPTIVE_PAUSE));
  }

  /**
   * Without a mask the kernel has chosen: all disks on the first CPU would be in each other's way.
   */
  private TargetOptions options() {
    BitSet cpus = new BitSet();
    if (cpuMask == null) {
      cpus.set(Cpu.current());
    } else {
      cpus = CpuMask.parse(cpuMask);
    }
    return new TargetOptions(
        cpus, reactors, rpcSocket == null ? null : rpcSocket.toAbsolutePath(), null);
  }

  private static void log(ServedFile served, TargetOptions options) {
    Foreground.logger()
        .info(
            "Vireo {} serves {} ({} MiB{}) at {}, on CPUs {} (idle: {})",
            Version.current(),
            served.path(),
            served.device().bdev().sizeBytes() >> 20,
            served.device().readOnly() ? ", read-only" : "",
            served.socket(),
            CpuMask.formatList(options.cpus()),
            Words.of(options.reactors().idle()));
  }
}

package io.vireo.daemon;

import io.vireo.bdev.Printable;
import io.vireo.daemon.method.Version;
import io.vireo.daemon.nvme.NvmeCommand;
import io.vireo.daemon.pci.HugePagesCommand;
import io.vireo.daemon.pci.Modules;
import io.vireo.daemon.pci.PciCommand;
import io.vireo.daemon.perf.NvmePerfCommand;
import io.vireo.daemon.perf.PerfCommand;
import io.vireo.daemon.perf.StormCommand;
import io.vireo.daemon.top.TopCommand;
import io.vireo.linux.pci.PciBus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The command line of Vireo. */
@Command(
    name = "vireo",
    header = "Virtual disks for virtual machines over vhost-user.",
    versionProvider = Main.VersionText.class,
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Environment:",
      "  JAVA_HOME       the Java >= 25 that runs it, looked for before others",
      "  XDG_CACHE_HOME  where what makes starts fast is kept: ~/.cache if it is not set"
    })
public final class Main {
  /** Four times what it takes on an idle machine. */
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(2);

  /** What is left of it then is done beside, before any guest has booted. */
  private static final Duration WARM_UP_WAIT = Duration.ofMillis(200);

  private Main() {}

  /** Runs the command that {@code args} name and ends the process with its exit status. */
  public static void main(String[] line) {
    String[] args = BlkCommand.essence(line);
    Runnable preparation = () -> {};
    if (args.length > 0 && args[0].equals("target")) {
      // Begins before the command line is understood: that takes a while, and only one CPU.
      WarmUp warmUp = WarmUp.start(WARM_UP_LIMIT);
      preparation = () -> warmUp.await(WARM_UP_WAIT);
    } else if (args.length > 0 && args[0].equals("blk")) {
      preparation = () -> WarmUp.start(WARM_UP_LIMIT);
    }
    System.exit(run(commandLine(preparation, args), args));
  }

  private static int run(CommandLine line, String... args) {
    StandardOutput out = new StandardOutput();
    line.setOut(out.writer());
    int status = line.execute(args);
    try {
      out.finish();
    } catch (IOException e) {
      line.getErr().println("vireo: " + e.getMessage());
      line.getErr().flush();
      return status == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : status;
    }
    return status;
  }

  /**
   * What understands {@code args}.
   *
   * @param preparation of a target, or a disk
   */
  public static CommandLine commandLine(Runnable preparation, String... args) {
    Map<String, Supplier<?>> commands = new LinkedHashMap<>();
    commands.put("target", () -> new TargetCommand(preparation));
    commands.put("blk", () -> new BlkCommand(preparation));
    commands.put("rpc", RpcCommand::new);
    commands.put("config", () -> ConfigCommand.line(help()));
    commands.put("top", TopCommand::new);
    commands.put("perf", PerfCommand::new);
    commands.put("storm", StormCommand::new);
    Path root = Path.of("/");
    commands.put("pci", () -> PciCommand.line(root, new PciBus(root), Modules.modprobe(), help()));
    commands.put(
        "nvme", () -> NvmeCommand.line(root, new PciBus(root), new NvmePerfCommand(root), help()));
    commands.put("hugepages", () -> new HugePagesCommand(root));
    if (args.length > 0 && commands.containsKey(args[0])) {
      commands.keySet().retainAll(Set.of(args[0])); // to know the others would cost a start 50 ms
    }
    CommandLine line = new CommandLine(new Main());
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(Main::failed);
    line.setParameterExceptionHandler(Main::misunderstood);
    line.registerConverter(Path.class, Main::path);
    line.registerConverter(int.class, text -> number(text, Integer::valueOf));
    line.registerConverter(Integer.class, text -> number(text, Integer::valueOf));
    line.registerConverter(long.class, text -> number(text, Long::valueOf));
    line.registerConverter(Long.class, text -> number(text, Long::valueOf));
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().addOption(help());
      requireCommand(command);
    }
    requireCommand(line);
    if (line.getSubcommands().containsKey("rpc")) {
      // What follows the name of rpc's method are its parameters, whatever they look like.
      line.getSubcommands().get("rpc").setStopAtPositional(true);
    }
    return line;
  }

  /** Usage says of one that has commands that it wants one. */
  private static void requireCommand(CommandLine line) {
    line.getCommandSpec().usageMessage().synopsisSubcommandLabel("COMMAND");
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("show this help and exit")
        .build();
  }

  private static <N> N number(String text, Function<String, N> parse) {
    try {
      return parse.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is no whole number, or too large");
    }
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("the path is empty");
    }
    return Path.of(text);
  }

  /** One line for what went wrong; the stack too when it is a bug of ours. */
  private static int failed(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    // Some of it may be what another program answered. Of several problems each has its line.
    String sentence = Printable.escaped(Failures.sentence(e), c -> c == '\n');
    err.println(line.getCommandSpec().qualifiedName() + ": " + sentence);
    if (!Failures.isExpected(e)) {
      e.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static int misunderstood(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    String sentence = e.getMessage().replaceFirst("^Error: ", ""); // of groups of options
    line.getErr().println(name + ": " + sentence + " (see " + name + " --help)");
    line.getErr().flush();
    return CommandLine.ExitCode.USAGE;
  }

  static final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Vireo " + Version.current()};
    }
  }
}

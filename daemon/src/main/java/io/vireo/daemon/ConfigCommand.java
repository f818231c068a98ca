package io.vireo.daemon;

import io.vireo.daemon.config.ConfigFile;
import io.vireo.daemon.config.RemoteConfig;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcSocketOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vireo config}: the configuration of a running target. */
@Command(
    name = "config",
    header = "Saves the configuration of a running target, or loads one into it.",
    description = {
      "",
      "A configuration is a JSON file with the calls that make a target's disks. vireo target"
          + " --config FILE begins with one, and keeps it up to date with --autosave."
    },
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  vireo config save disks.json",
      "  vireo target --config disks.json",
      "  vireo config load disks.json   into a target that runs, or waits (--wait-for-rpc)"
    })
final class ConfigCommand {
  private ConfigCommand() {}

  /**
   * The command with all of its own.
   *
   * @param help the option that each command has
   */
  static CommandLine line(OptionSpec help) {
    CommandLine line = new CommandLine(new ConfigCommand());
    line.addSubcommand(new Save());
    line.addSubcommand(new Load());
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().addOption(help);
    }
    return line;
  }

  /** Which target. */
  private abstract static class OfTarget implements Callable<Integer> {
    @Mixin private RpcSocketOption target;

    @Spec CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      try (JsonRpcClient client = new JsonRpcClient(target.path())) {
        run(new RemoteConfig(client));
      }
      return 0;
    }

    abstract void run(RemoteConfig config) throws IOException;
  }

  @Command(name = "save", header = "Writes the configuration to a file, or prints it.")
  private static final class Save extends OfTarget {
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "FILE",
        description = "is replaced as a whole; standard output without it, or if it is -")
    private Path file;

    @Override
    void run(RemoteConfig config) throws IOException {
      byte[] text = config.save();
      if (file == null || file.equals(STANDARD_OUTPUT)) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(new String(text, StandardCharsets.UTF_8));
        out.flush();
      } else {
        new ConfigFile(file).write(text);
      }
    }
  }

  @Command(
      name = "load",
      header = "Makes the calls of a configuration file.",
      description = "%nThe first call that is refused is the last; those before it stay done.")
  private static final class Load extends OfTarget {
    @Parameters(index = "0", paramLabel = "FILE", description = "the configuration")
    private Path file;

    @Override
    void run(RemoteConfig config) throws IOException {
      PrintWriter err = spec.commandLine().getErr();
      int made = config.load(file, line -> err.println("left out: " + line));
      err.println(made + (made == 1 ? " call" : " calls"));
      err.flush();
    }
  }
}

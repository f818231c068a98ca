package io.vireo.daemon;

import io.vireo.daemon.method.Version;
import io.vireo.daemon.perf.PerfCommand;
import io.vireo.daemon.perf.StormCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line of Vireo. */
@Command(
    name = "vireo",
    header = "Virtual disks for virtual machines over vhost-user.",
    versionProvider = Main.VersionText.class,
    mixinStandardHelpOptions = true,
    subcommands = {TargetCommand.class, RpcCommand.class, PerfCommand.class, StormCommand.class})
public final class Main {
  private Main() {}

  /** Runs the command that {@code args} name and ends the process with its exit status. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(Main::failed);
    line.setParameterExceptionHandler(Main::misunderstood);
    line.getSubcommands().values().forEach(command -> command.getCommandSpec().addOption(help()));
    // What follows the method's name are its parameters, whatever they look like.
    line.getSubcommands().get("rpc").setStopAtPositional(true);
    return line;
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("show this help and exit")
        .build();
  }

  /** One line for what went wrong; the stack too when it is a bug of ours. */
  private static int failed(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    err.println(line.getCommandSpec().qualifiedName() + ": " + Failures.sentence(e));
    if (!Failures.isExpected(e)) {
      e.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static int misunderstood(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    line.getErr().println(name + ": " + e.getMessage() + " (see " + name + " --help)");
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

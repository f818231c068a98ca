package io.vireo.daemon.perf;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command that measures takes: with how much, how long, and where the result goes. */
final class RunOptions {
  private static final double NS_PER_SECOND = 1e9;
  private static final double MAX_SECONDS = 1e6;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = {"-n", "--queues"},
      paramLabel = "QUEUES",
      defaultValue = "1",
      description = "rings that are used, all by the same thread (default: ${DEFAULT-VALUE})")
  private int queues;

  @Option(
      names = {"-t", "--time"},
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "how long is measured (default: ${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = Output.STANDARD_OUTPUT,
      description = "the result as JSON on standard output, or in a file besides the table")
  private String json;

  int queues() {
    return queues;
  }

  /**
   * @throws IllegalArgumentException with a sentence when there is no such time
   */
  long ns() {
    if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
      throw new IllegalArgumentException(
          "-t must not be below 0 or above %.0f".formatted(MAX_SECONDS));
    }
    return (long) (seconds * NS_PER_SECOND);
  }

  Output output() {
    return new Output(command.commandLine().getOut(), err(), json);
  }

  /** For what is told beside the result. */
  PrintWriter err() {
    return command.commandLine().getErr();
  }
}

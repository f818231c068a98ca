package io.vireo.daemon.perf;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command that measures takes: how long, and where the result goes. */
final class RunOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = {"-t", "--time"},
      paramLabel = "SECONDS",
      defaultValue = "5",
      converter = Seconds.Converter.class,
      description = "how long is measured (default: ${DEFAULT-VALUE})")
  private Seconds time;

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = Output.STANDARD_OUTPUT,
      description = "the result as JSON on standard output, or in a file besides the table")
  private String json;

  /**
   * How long is measured.
   *
   * @param minSeconds the shortest time that makes sense
   * @throws IllegalArgumentException with a sentence when it is none
   */
  long ns(double minSeconds) {
    return time.ns("-t", minSeconds);
  }

  /**
   * Where the result will go.
   *
   * @throws IOException with a sentence when its file cannot be written
   */
  Output open() throws IOException {
    return Output.open(command.commandLine().getOut(), err(), json);
  }

  /** For what is told beside the result. */
  PrintWriter err() {
    return command.commandLine().getErr();
  }
}

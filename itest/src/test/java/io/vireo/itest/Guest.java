package io.vireo.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A QEMU guest that does what it is told, one shell command after the other: it reads them from its
 * console and answers through the result file of {@code qemu-scripts/qemu}. One thread at a time.
 */
final class Guest implements AutoCloseable {
  /** How a command ended and what it printed. */
  record Answer(int status, String output) {}

  private static final Pattern END_OF_ANSWER = Pattern.compile("(?m)^= (\\d+) (\\d+)\n");

  private final Child script;
  private final Path result;
  private final Path qmpSocket;
  private int commands;
  private int consumed;

  private Guest(Child script, Path result, Path qmpSocket) {
    this.script = script;
    this.result = result;
    this.qmpSocket = qmpSocket;
  }

  /** What a guest is to be; see {@code qemu-scripts/qemu --help}. */
  static final class Options {
    private final Path directory;
    private final List<String> options = new ArrayList<>();
    private final List<String> qemu = new ArrayList<>();
    private final Map<String, String> environment;

    /**
     * @param directory for this guest's files alone
     */
    Options(Path directory, Map<String, String> environment) {
      this.directory = directory;
      this.environment = environment;
    }

    /** The next disk, with properties of QEMU's device: {@code num-queues=4}. */
    Options disk(Path socket, String... properties) {
      return option("--disk", String.join(",", listOf(socket.toString(), properties)));
    }

    Options option(String name, Object value) {
      options.addAll(List.of(name, value.toString()));
      return this;
    }

    /** An argument of QEMU itself. */
    Options qemu(String... arguments) {
      qemu.addAll(List.of(arguments));
      return this;
    }

    /** Starts it and waits until it takes commands. */
    Guest boot() throws Exception {
      Path agent = directory.resolve("agent");
      try (var resource = Guest.class.getResourceAsStream("agent")) {
        Files.copy(resource, agent);
      }
      Path result = Files.createFile(directory.resolve("result"));
      Path qmp = directory.resolve("qmp.sock");
      List<String> command = new ArrayList<>(List.of(Repository.script("qemu")));
      command.addAll(options);
      command.addAll(List.of("--script", agent.toString(), "--result", result.toString()));
      command.addAll(List.of("--timeout", "600", "--"));
      command.addAll(List.of("-qmp", "unix:" + qmp + ",server=on,wait=off"));
      command.addAll(qemu);
      Guest guest = new Guest(new Child(command, environment), result, qmp);
      try {
        guest.answer(Await.PATIENCE);
      } catch (Throwable t) {
        guest.close();
        throw t;
      }
      return guest;
    }

    private static List<String> listOf(String first, String... more) {
      List<String> all = new ArrayList<>(List.of(first));
      all.addAll(List.of(more));
      return all;
    }
  }

  /** A guest of two CPUs with fio, whose files go into a folder of their own below this one. */
  static Options in(Path directory) throws Exception {
    return in(directory, Map.of());
  }

  /**
   * @param environment of the scripts
   */
  static Options in(Path directory, Map<String, String> environment) throws Exception {
    List<String> script = List.of(Repository.script("initramfs"), "--program", "fio");
    String initramfs = Child.run(0, script, environment);
    return new Options(Files.createTempDirectory(directory, "guest"), environment)
        .option("--initramfs", initramfs)
        .option("--memory", 768)
        .option("--cpus", 2);
  }

  /** Runs a command that must succeed; what it printed. */
  String run(String command) throws Exception {
    Answer answer = attempt(command);
    if (answer.status != 0) {
      throw new AssertionError(
          "%s ended with %d:%n%s".formatted(command, answer.status, answer.output));
    }
    return answer.output.strip();
  }

  /** Runs a command that may fail. */
  Answer attempt(String command) throws Exception {
    return attempt(command, Await.PATIENCE);
  }

  /** Runs a command that may fail, and may take long. */
  Answer attempt(String command, Duration patience) throws Exception {
    begin(command);
    return answer(patience);
  }

  /** Sends a command whose answer may never come. */
  void begin(String command) throws IOException {
    script.type(command);
    commands++;
  }

  private Answer answer(Duration patience) throws Exception {
    Matcher end = END_OF_ANSWER.matcher("");
    Await.until(
        "the guest's answer to command " + commands,
        patience,
        () -> {
          boolean alive = script.isAlive();
          if (end.reset(said()).find()) {
            return true;
          }
          if (!alive) {
            throw new AssertionError("the guest has ended:\n" + script.output());
          }
          return false;
        });
    if (Integer.parseInt(end.group(1)) != commands) {
      throw new AssertionError("not the answer to command %d: %s".formatted(commands, end.group()));
    }
    Answer answer = new Answer(Integer.parseInt(end.group(2)), said().substring(0, end.start()));
    consumed += end.end();
    return answer;
  }

  private String said() throws IOException {
    return Files.readString(result).substring(consumed);
  }

  /** What QEMU and the guest's kernel wrote. */
  String console() {
    return script.output();
  }

  /** Waits for the next boot of a guest that was told to reboot. */
  void awaitReboot() throws Exception {
    commands = 0;
    answer(Await.PATIENCE);
  }

  /** A connection to QEMU's monitor. */
  Qmp qmp() throws IOException {
    return new Qmp(qmpSocket);
  }

  /** QEMU itself. */
  ProcessHandle qemu() {
    return script
        .handle()
        .descendants()
        .filter(p -> p.info().command().orElse("").contains("qemu-system"))
        .findFirst()
        .orElseThrow();
  }

  /** Lets the guest power off, as an operator would; the back-end sees an orderly end. */
  void powerOff() throws Exception {
    begin("exit");
    int status = script.status();
    if (status != 0) {
      throw new AssertionError("the guest ended with %d:%n%s".formatted(status, console()));
    }
  }

  /** Ends it at once, whatever it does. */
  @Override
  public void close() {
    script.close();
  }
}

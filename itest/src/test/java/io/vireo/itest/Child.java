package io.vireo.itest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that was started here. Its output is read as it comes. It ends with the test, and with
 * this JVM.
 */
final class Child implements AutoCloseable {
  private final Process process;
  private final Thread reader;
  private final Thread hook = new Thread(this::kill);
  private final List<String> output = new ArrayList<>();

  Child(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(hook);
    reader = Thread.ofPlatform().daemon().name("output of " + command.getFirst()).start(this::read);
  }

  Child(List<String> command) throws IOException {
    this(command, Map.of());
  }

  /** Runs a program to its end; its output, which is also what an unexpected status shows. */
  static String run(int expectedStatus, String... command) throws Exception {
    return run(expectedStatus, List.of(command), Map.of());
  }

  static String run(int expectedStatus, List<String> command, Map<String, String> environment)
      throws Exception {
    try (Child child = new Child(command, environment)) {
      int status = child.status();
      if (status != expectedStatus) {
        throw new AssertionError(
            "%s ended with %d:%n%s".formatted(command, status, child.output()));
      }
      return child.output();
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (output) {
          output.add(line);
        }
      }
    } catch (IOException e) {
      // The process was killed while it wrote.
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What it has written so far, to standard output and standard error. */
  String output() {
    synchronized (output) {
      return String.join("\n", output);
    }
  }

  /** Writes a line to its standard input. */
  void type(String line) throws IOException {
    Writer input = process.outputWriter();
    input.write(line + "\n");
    input.flush();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to end. Its output is still read: {@link Process#destroy} would close that. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for its end; the exit status. */
  int status() throws InterruptedException {
    return status(Await.PATIENCE);
  }

  /** The same for one that may take long. */
  int status(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the program does not end; it said:\n" + output());
    }
    reader.join(Await.PATIENCE.toMillis());
    return process.exitValue();
  }

  /** Ends it and all that it has started, which is gone when this returns. */
  void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}

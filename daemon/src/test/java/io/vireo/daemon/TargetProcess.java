package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.reactor.CpuMask;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code vireo target} as a process of its own, with the flags of this JVM. */
final class TargetProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Path directory;
  private final Path log;
  private final Process process;

  /** Begins to start; {@link #connect} waits for it. */
  TargetProcess(Path directory, String... more) throws IOException {
    this(directory, Map.of(), more);
  }

  TargetProcess(Path directory, Map<String, String> environment, String... more)
      throws IOException {
    this.directory = directory;
    log = Files.createTempFile(directory, "target", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("--(enable|add|sun).*"))
        .forEach(command::add);
    command.addAll(List.of("-cp", classPath(), Main.class.getName()));
    command.addAll(List.of("target", "-r", rpcSocket().toString(), "-S", directory.toString()));
    command.addAll(List.of("--idle", "adaptive"));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** What operators have: no tests, and nothing of their logging. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.matches(".*(test-classes/?|-tests\\.jar)"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  Path rpcSocket() {
    return directory.resolve("rpc.sock");
  }

  /** A client, as soon as the target says that it runs: it answers a little earlier. */
  JsonRpcClient connect() throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!log().contains(" runs on CPUs ")) {
      if (!process.isAlive() || System.nanoTime() > deadlineNs) {
        throw new AssertionError("the target does not run: " + log());
      }
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
    return new JsonRpcClient(rpcSocket());
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** Waits for the end; the exit status. */
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the target does not end");
    }
    return process.exitValue();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** How many of its threads may run on which CPUs. */
  Map<BitSet, Long> cpusOfThreads() throws IOException {
    List<BitSet> cpus = new ArrayList<>();
    for (File thread : new File("/proc/" + process.pid() + "/task").listFiles()) {
      try (Stream<String> lines = Files.lines(thread.toPath().resolve("status"))) {
        lines
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> CpuMask.parse("[" + line.substring(line.indexOf('\t') + 1) + "]"))
            .forEach(cpus::add);
      } catch (NoSuchFileException e) {
        assertThat(thread).doesNotExist(); // it has ended
      }
    }
    return cpus.stream().collect(Collectors.groupingBy(mask -> mask, Collectors.counting()));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(log);
  }
}

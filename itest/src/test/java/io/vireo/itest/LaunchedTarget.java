package io.vireo.itest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A target as operators start it: {@code ./vireo target}, a process of its own. */
final class LaunchedTarget implements AutoCloseable {
  private final Path directory;
  private final Child process;
  private final Disks disks;

  /** Starts it with all sockets in {@code directory} and waits until it answers. */
  LaunchedTarget(Path directory, String... options) throws Exception {
    this(directory, directory, options);
  }

  /** Starts it with its RPC socket in {@code directory} and its disks' elsewhere. */
  LaunchedTarget(Path directory, Path socketDirectory, String... options) throws Exception {
    this.directory = directory;
    List<String> command = new ArrayList<>();
    command.add(Repository.LAUNCHER.toString());
    command.addAll(List.of("target", "-r", directory.resolve("rpc.sock").toString()));
    command.addAll(List.of("-S", socketDirectory.toString()));
    command.addAll(List.of(options));
    process = new Child(command);
    try {
      if (!Await.within(Await.PATIENCE, this::runs)) {
        throw new AssertionError("the target does not start:\n" + log());
      }
      disks = new Disks(directory);
    } catch (Throwable t) {
      process.close();
      throw t;
    }
  }

  private boolean runs() {
    if (!process.isAlive()) {
      throw new AssertionError("the target has ended:\n" + log());
    }
    return log().contains(" runs on CPUs ");
  }

  Disks disks() {
    return disks;
  }

  Path directory() {
    return directory;
  }

  long pid() {
    return process.handle().pid();
  }

  /** What it holds now, after its rehearsal. */
  Footprint footprint() throws Exception {
    Await.until("the rehearsal ends", () -> !Footprint.rehearses(pid()));
    return Footprint.of(pid());
  }

  String log() {
    return process.output();
  }

  /** Ends it by SIGTERM; its exit status. */
  int terminate() throws InterruptedException {
    process.terminate();
    return process.status();
  }

  /** Ends it by SIGKILL. */
  void kill() {
    process.kill();
  }

  @Override
  public void close() throws IOException {
    disks.close();
    process.close();
  }
}

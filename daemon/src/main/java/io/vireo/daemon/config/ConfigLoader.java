package io.vireo.daemon.config;

import io.vireo.bdev.module.Phase;
import io.vireo.daemon.rpc.BoundCall;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A configuration file for the target of this process, read whole and checked before anything of it
 * is done. One thread.
 */
public final class ConfigLoader {
  private final Path file;
  private final List<Entry> entries;

  /** A call, and where in the file it stands. */
  private record Entry(ConfigCalls.Call text, BoundCall call) {}

  private ConfigLoader(Path file, List<Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Reads a file; nothing is called.
   *
   * @throws IOException with a line for each entry that cannot be used
   */
  public static ConfigLoader read(Path file, MethodTable methods) throws IOException {
    List<Entry> entries = new ArrayList<>();
    ConfigCalls read = ConfigCalls.read(file);
    List<String> problems = new ArrayList<>(read.problems());
    for (ConfigCalls.Call call : read.calls()) {
      try {
        entries.add(new Entry(call, methods.bind(call.method(), call.params())));
      } catch (RpcException e) {
        problems.add(call.shown() + ": " + e.getMessage());
      }
    }
    ConfigCalls.requireNone(file, problems);
    return new ConfigLoader(file, entries);
  }

  /**
   * Does what can be done before the target is initialized.
   *
   * @throws IOException that names the entry that was refused, and why; some were done
   */
  public void startup() throws IOException {
    run(phase -> phase.includes(Phase.STARTUP));
  }

  /** Does the rest; otherwise as {@link #startup}. */
  public void runtime() throws IOException {
    run(phase -> phase == Phase.RUNTIME);
  }

  private void run(Predicate<Phase> which) throws IOException {
    Passes.make(
        entries.stream().filter(entry -> which.test(entry.call.phase())).toList(), this::run);
  }

  private void run(Entry entry) throws IOException {
    try {
      entry.call.call();
    } catch (RpcException e) {
      throw new IOException("%s: %s: %s".formatted(file, entry.text.shown(), e.getMessage()), e);
    }
  }
}

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration file for the target of this process, read whole and checked before anything of it
 * is done. Each entry counts, or those that are refused are left out with a warning each. One
 * thread.
 */
public final class ConfigLoader {
  private static final Logger log = LoggerFactory.getLogger(ConfigLoader.class);

  private final Path file;
  private final List<Entry> entries;
  private final boolean ignoreErrors;
  private int leftOut;

  /** A call, and where in the file it stands. */
  private record Entry(ConfigCalls.Call text, BoundCall call) {}

  private ConfigLoader(Path file, List<Entry> entries, boolean ignoreErrors) {
    this.file = file;
    this.entries = entries;
    this.ignoreErrors = ignoreErrors;
  }

  /**
   * Reads a file; nothing is called.
   *
   * @param ignoreErrors whether entries that are refused, now or when they are done, are left out
   * @throws IOException with a line for each entry that cannot be used; also for what is no file of
   *     entries, whatever is ignored
   */
  public static ConfigLoader read(Path file, MethodTable methods, boolean ignoreErrors)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    ConfigCalls read = ConfigCalls.read(file);
    List<String> refused = new ArrayList<>();
    for (ConfigCalls.Call call : read.calls()) {
      try {
        entries.add(new Entry(call, methods.bind(call.method(), call.params())));
      } catch (RpcException e) {
        refused.add(call.shown() + ": " + e.getMessage());
      }
    }
    List<String> problems = new ArrayList<>(read.problems());
    if (!ignoreErrors) {
      problems.addAll(refused);
    }
    ConfigCalls.requireNone(file, problems);
    ConfigLoader loader = new ConfigLoader(file, entries, ignoreErrors);
    refused.forEach(sentence -> loader.leaveOut(file + ": " + sentence));
    return loader;
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
        entries.stream().filter(entry -> which.test(entry.call.phase())).toList(),
        this::run,
        this::refused);
  }

  private void refused(IOException why) throws IOException {
    if (!ignoreErrors) {
      throw why;
    }
    leaveOut(why.getMessage());
  }

  private void leaveOut(String sentence) {
    leftOut++;
    log.warn("{}: it is left out", sentence);
  }

  /** Tells how many entries were left out, if any were; when all has been done. */
  public void end() {
    if (leftOut > 0) {
      log.warn("{}: {} left out", file, leftOut == 1 ? "1 entry was" : leftOut + " entries were");
    }
  }

  private void run(Entry entry) throws IOException {
    try {
      entry.call.call();
    } catch (RpcException e) {
      throw new IOException("%s: %s: %s".formatted(file, entry.text.shown(), e.getMessage()), e);
    }
  }
}

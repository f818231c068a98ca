package io.vireo.daemon.method;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches, when it is told to, how often others took reactors' CPUs away, and logs it: once a
 * second, a line for each reactor that was interrupted. Any thread.
 */
public final class ContextSwitches implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContextSwitches.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final String LINE = "nonvoluntary_ctxt_switches:";

  private final List<Reactor> reactors;
  private final Map<Reactor, Long> seen = new HashMap<>(); // the watching thread's
  private ScheduledExecutorService watching; // null: it does not

  public ContextSwitches(ReactorGroup reactors) {
    this.reactors = reactors.reactors();
  }

  /**
   * @param enabled null only asks
   */
  record Monitor(@Optional Boolean enabled) {}

  public List<Method<?>> methods() {
    return List.of(
        new Method<>("framework_monitor_context_switch", Monitor.class, p -> set(p.enabled)));
  }

  private synchronized Map<String, Object> set(Boolean enabled) {
    if (enabled != null && enabled && watching == null) {
      watching =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("context-switches").factory());
      ScheduledFuture<?> _ =
          watching.scheduleAtFixedRate(this::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    } else if (enabled != null && !enabled) {
      close();
    }
    return Map.of("enabled", watching != null);
  }

  private void look() {
    for (Reactor reactor : reactors) {
      try {
        long now = of(reactor.tid());
        Long before = seen.put(reactor, now);
        if (before != null && now > before) {
          log.info("{} was interrupted {} times in a second", reactor.name(), now - before);
        }
      } catch (IOException | IllegalStateException e) { // it has ended
        log.debug("{} cannot be watched", reactor.name(), e);
      }
    }
  }

  /** How often a thread lost its CPU though it had more to do, proc(5). */
  static long of(int tid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/task/" + tid + "/status"))) {
      if (line.startsWith(LINE)) {
        return Long.parseLong(line.substring(LINE.length()).strip());
      }
    }
    throw new IOException("the kernel does not count context switches of threads");
  }

  /** Watches no more. Again has no effect. */
  @Override
  public synchronized void close() {
    if (watching != null) {
      watching.shutdownNow();
      watching = null;
    }
  }
}

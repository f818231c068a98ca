package io.vireo.daemon.perf;

import io.vireo.linux.Cpu;
import io.vireo.reactor.Uninterrupted;
import java.util.concurrent.CompletableFuture;

/** Work on a thread that runs on one CPU only. */
final class Pinned {
  interface Action<T> {
    T run() throws Exception;
  }

  private Pinned() {}

  /** Runs it on a thread of its own on {@code cpu} and waits for its end. */
  static <T> T run(int cpu, Action<T> action) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread = start("load", cpu, action, result);
    Uninterrupted.run(thread::join);
    if (result.isCompletedExceptionally()) {
      if (result.exceptionNow() instanceof Exception e) {
        throw e;
      }
      throw new IllegalStateException(result.exceptionNow());
    }
    return result.resultNow();
  }

  /** Runs it on a thread of its own on {@code cpu}; the future is told how it ended. */
  static <T> Thread start(
      String name, int cpu, Action<T> action, CompletableFuture<? super T> result) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(
            () -> {
              try {
                Cpu.pin(cpu);
                result.complete(action.run());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
  }
}

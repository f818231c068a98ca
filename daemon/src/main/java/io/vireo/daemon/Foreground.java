package io.vireo.daemon;

import io.vireo.daemon.log.Logging;
import io.vireo.linux.ErrnoException;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A target that is all that this process is for: it is closed by a signal, or when the process ends
 * otherwise.
 *
 * @param <T> what is served, with its target
 */
final class Foreground<T extends Closeable> {
  /** Starts what is served. */
  interface Start<T> {
    T start() throws IOException;
  }

  private final CompletableFuture<T> started = new CompletableFuture<>();
  private final Function<T, Target> target;

  /**
   * @param target of what is served
   */
  Foreground(Function<T, Target> target) {
    this.target = target;
  }

  /**
   * Starts it. A signal may come at any moment: what is being started is finished first, then
   * closed. Once.
   *
   * @param begun writes the line that tells what runs
   */
  T start(Start<T> start, Consumer<T> begun) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
    try {
      T served = start.start();
      started.complete(served);
      keepOthersOff(target.apply(served));
      begun.accept(served);
      Supervisor.ofThisProcess(logger()).ready();
      return served;
    } catch (IOException | RuntimeException | Error e) {
      started.completeExceptionally(e);
      throw e;
    }
  }

  /** A sandbox may forbid it; the target works without, with longer tails. */
  private static void keepOthersOff(Target target) {
    try {
      Housekeeping.keepOff(target.reactors());
    } catch (ErrnoException e) {
      logger().warn("the JVM's threads share the reactors' CPUs: {}", e.getMessage());
    }
  }

  /**
   * The shutdown hook. Ends the process itself: a clean end has status 0, also when it was a signal
   * that asked for it.
   */
  private void end() {
    if (started.isCompletedExceptionally()) {
      Logging.stop();
      return;
    }
    int status = 0;
    try {
      logger().info("Vireo ends");
      Supervisor.ofThisProcess(logger()).stopping();
      started.join().close();
    } catch (CompletionException e) {
      Logging.stop();
      return; // it could not be started: who tried tells that
    } catch (IOException | RuntimeException e) {
      logger().error("Vireo did not end cleanly", e);
      status = 1;
    }
    Logging.stop();
    Runtime.getRuntime().halt(status);
  }

  /** Not a constant: made after the log has got its place. */
  static Logger logger() {
    return LoggerFactory.getLogger(Target.class);
  }
}

package io.vireo.bdev.nvme;

import io.vireo.reactor.Uninterrupted;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one control thread of a drive: what may wait for the device is done here, one after the
 * other. Any thread.
 */
final class DriveThread implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DriveThread.class);

  private final ScheduledThreadPoolExecutor executor;

  DriveThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name(name).daemon().factory());
    executor.setRemoveOnCancelPolicy(true);
  }

  /**
   * Has something done and waits for it; what it throws is thrown.
   *
   * @throws RejectedExecutionException when the thread has ended
   */
  <T> T call(Supplier<T> what) {
    FutureTask<T> task = new FutureTask<>(what::get);
    executor.execute(task);
    Uninterrupted.run(
        () -> {
          try {
            task.get();
          } catch (ExecutionException e) {
            // Thrown below, where it has its own type.
          }
        });
    return switch (task.state()) {
      case SUCCESS -> task.resultNow();
      default -> throw rethrown(task.exceptionNow());
    };
  }

  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause; // a Supplier throws no others
  }

  /** As {@link #call}. */
  void run(Runnable what) {
    call(
        () -> {
          what.run();
          return null;
        });
  }

  /** As {@link #call}, and ends: what waits is still done, what was to be done again is not. */
  void runLast(Runnable what) {
    run(
        () -> {
          try {
            what.run();
          } finally {
            close();
          }
        });
  }

  /** Has something done soon; nothing when the thread has ended. */
  void post(Runnable what) {
    try {
      executor.execute(() -> guarded(what));
    } catch (RejectedExecutionException e) {
      log.debug("the drive has gone meanwhile");
    }
  }

  /** Has something done again and again. */
  void every(Runnable what, long periodUs) {
    ScheduledFuture<?> _ =
        executor.scheduleWithFixedDelay(
            () -> guarded(what), periodUs, periodUs, TimeUnit.MICROSECONDS);
  }

  /** Does something of which nobody waits for the outcome. */
  static void guarded(Runnable what) {
    try {
      what.run();
    } catch (RuntimeException | Error e) {
      log.error("{}", Thread.currentThread().getName(), e);
    }
  }

  /** Ends it after what it is doing and what waits. */
  @Override
  public void close() {
    executor.shutdown();
  }
}

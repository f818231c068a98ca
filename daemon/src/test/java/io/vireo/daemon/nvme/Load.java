package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Verified requests to a disk, one after the other, on a thread of their own while something
 * happens to it.
 */
final class Load {
  private static final int DEPTH = 8;
  private static final long PATIENCE_NS = 20_000_000_000L;

  private final SocketChecks socket;
  private final FutureTask<Object> task;
  private volatile boolean enough;

  private Load(SocketChecks socket) {
    this.socket = socket;
    this.task = new FutureTask<>(() -> socket.verifyWhile(DEPTH, () -> !enough));
  }

  /** Begins; until {@link #end} the disk's front-end belongs to it. */
  static Load on(SocketChecks socket) throws Exception {
    Load load = new Load(socket);
    Thread.ofPlatform().daemon().name("load").start(load.task);
    load.awaitMore(DEPTH);
    return load;
  }

  /** Waits until so many more requests have ended. */
  void awaitMore(int requests) throws Exception {
    long wanted = socket.ended() + requests;
    await(requests + " more requests", () -> socket.ended() >= wanted);
  }

  /** Waits until so many more requests have failed. */
  void awaitFailures(int requests) throws Exception {
    long wanted = socket.failed() + requests;
    await(requests + " more failures", () -> socket.failed() >= wanted);
  }

  /** Waits for something, and no longer than is good; what went wrong meanwhile is thrown. */
  void await(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      if (task.isDone()) {
        task.get();
      }
      require(System.nanoTime() < deadline, "no " + what + " within 20 s");
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Ends it when all that is in flight has ended. */
  Object end() throws Exception {
    enough = true;
    return task.get(PATIENCE_NS, TimeUnit.NANOSECONDS);
  }
}

package io.vireo.vhost;

import io.vireo.reactor.Uninterrupted;
import java.util.concurrent.atomic.AtomicReference;

/** Work on a thread of its own, whose failure is the test's. */
final class Background {
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Thread thread;

  private Background(Runnable work) {
    thread =
        Thread.ofPlatform()
            .name("test")
            .start(
                () -> {
                  try {
                    work.run();
                  } catch (Throwable t) {
                    failure.set(t);
                  }
                });
  }

  static Background start(Runnable work) {
    return new Background(work);
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  /** Waits for the end; what it threw is thrown here. */
  void join() {
    Uninterrupted.run(thread::join);
    if (failure.get() != null) {
      throw new AssertionError("in the background", failure.get());
    }
  }
}

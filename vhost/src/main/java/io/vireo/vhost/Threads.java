package io.vireo.vhost;

/** Waiting for threads of our own, which end for sure. */
final class Threads {
  private Threads() {}

  /** Waits for the end of {@code thread}; an interrupt does not cut that short, nor is it lost. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

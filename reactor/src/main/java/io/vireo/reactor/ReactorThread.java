package io.vireo.reactor;

/**
 * The thread of one reactor. It waits for nobody: two reactors that waited for each other would
 * never go on, and one that waits for anything keeps all its guests waiting.
 */
final class ReactorThread extends Thread {
  ReactorThread(Runnable loop, String name) {
    super(loop, name);
    setDaemon(true);
  }

  /**
   * Before the calling thread waits for the reactor {@code name}.
   *
   * @throws IllegalStateException when it is itself a reactor's
   */
  static void requireOther(String name) {
    if (Thread.currentThread() instanceof ReactorThread waiting) {
      throw new IllegalStateException(waiting.getName() + " must not wait for " + name);
    }
  }
}

package io.vireo.daemon;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Phase;
import io.vireo.linux.Errno;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Whether a target still starts, so that what everything stands on can be set, or runs. It runs for
 * good once it does. Any thread.
 */
final class Lifecycle {
  private final CountDownLatch running = new CountDownLatch(1);

  /** Never {@link Phase#ANY}. */
  Phase phase() {
    return running.getCount() == 0 ? Phase.RUNTIME : Phase.STARTUP;
  }

  /** From now on it runs. */
  void run() {
    running.countDown();
  }

  List<Method<?>> methods() {
    return List.of(
        new Method<>("framework_start_init", NoParameters.class, Phase.STARTUP, p -> begin()),
        new Method<>("framework_wait_init", NoParameters.class, Phase.ANY, p -> await()));
  }

  private boolean begin() {
    run();
    return true;
  }

  private boolean await() {
    try {
      running.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BdevException(Errno.ECANCELED, "the target ends before it was initialized");
    }
  }
}

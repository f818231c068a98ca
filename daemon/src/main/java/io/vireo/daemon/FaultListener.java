package io.vireo.daemon;

import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the reactors' news to a control thread, which may wait and write log lines. */
final class FaultListener implements ReactorListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultListener.class);

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("faults").daemon().factory());
  private volatile Runnable checkMemory = () -> {};

  /** What to do when memory has vanished under a reactor; called on the control thread. */
  void checkMemory(Runnable check) {
    checkMemory = check;
  }

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    thread.execute(() -> LOG.error("{}: {} failed and was removed", reactor.name(), poller, cause));
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    thread.execute(
        () -> {
          LOG.warn("{}: an access hit memory behind the end of its file", reactor.name());
          checkMemory.run();
        });
  }

  @Override
  public void close() {
    thread.close();
  }
}

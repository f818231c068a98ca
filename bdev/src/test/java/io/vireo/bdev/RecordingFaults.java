package io.vireo.bdev;

import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a reactor reports. */
public final class RecordingFaults implements ReactorListener {
  private final List<String> faults = new CopyOnWriteArrayList<>();

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    faults.add(poller.getClass().getSimpleName() + ": " + cause.getMessage());
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    faults.add("memory");
  }

  public List<String> faults() {
    return faults;
  }
}

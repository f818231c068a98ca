package io.vireo.reactor;

import java.util.ArrayList;
import java.util.List;

final class RecordingListener implements ReactorListener {
  final List<Poller> failed = new ArrayList<>();
  final List<InternalError> faults = new ArrayList<>();

  @Override
  public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
    failed.add(poller);
  }

  @Override
  public void memoryFault(Reactor reactor, InternalError error) {
    faults.add(error);
  }
}

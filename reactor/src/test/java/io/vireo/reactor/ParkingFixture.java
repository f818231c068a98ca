package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;

/** A stepped reactor that parks, and a poller on it. */
abstract class ParkingFixture {
  static final int FD = 7;
  static final long AFTER_NS = 1000;
  static final long LOOK_NS = 100;

  final RecordingListener listener = new RecordingListener();
  final SteppedReactor stepped = stepped(0);
  final Reactor reactor = stepped.reactor();
  final RecordingPoller poller = new RecordingPoller();
  private int nextFd = 100;

  SteppedReactor stepped(int keepPolled) {
    return new SteppedReactor(ReactorOptions.POLL.parking(AFTER_NS, LOOK_NS, keepPolled), listener);
  }

  /** Adds a poller with a descriptor of its own. */
  void add(SteppedReactor to, RecordingPoller each) {
    to.reactor().add(each);
    to.reactor().watch(nextFd++, each);
  }

  void park() {
    reactor.add(poller);
    reactor.watch(FD, poller);
    stepped.advance(AFTER_NS + 1);
    stepped.laps(5);
    assertThat(poller.calls).startsWith("arm", "ready").doesNotContain("disarm");
    look();
    poller.polls = 0;
    poller.calls.clear();
  }

  void look() {
    stepped.advance(LOOK_NS);
    stepped.lap();
  }
}

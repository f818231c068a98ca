package io.vireo.vhost;

import io.vireo.bdev.LatencyRecorder;
import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.QueueCounters;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A queue that touches no ring: it remembers what it is told, and has as much in flight as a test
 * says. Fields are written on the reactor's thread and read by tests.
 */
final class FakeQueue implements DeviceQueue {
  final QueueConfig config;
  final Reactor reactor;
  volatile boolean started;
  volatile boolean enabled;
  volatile boolean stopping;
  volatile boolean drained;
  volatile boolean destroyed;
  volatile EventFd call;
  final AtomicInteger calls = new AtomicInteger();
  volatile GuestMemory memory;
  volatile LatencyRecorder recorder;
  volatile Coalescing coalescing = Coalescing.OFF;
  final AtomicInteger inFlight = new AtomicInteger();
  volatile int nextAvail;
  volatile InternalError faultInStop;
  private Runnable whenDrained;
  private Runnable whenReleased = () -> {};
  private boolean holdsOlderTable;

  FakeQueue(QueueConfig config, Reactor reactor) {
    this.config = config;
    this.reactor = reactor;
    call = config.call();
    memory = config.memory();
    nextAvail = config.nextAvail();
  }

  /** As if the driver had offered {@code requests}, which now are in flight. */
  void take(int requests) {
    onReactor(
        () -> {
          inFlight.addAndGet(requests);
          nextAvail = (nextAvail + requests) & 0xffff;
        });
  }

  /** All that is in flight ends. */
  void finish() {
    onReactor(
        () -> {
          inFlight.set(0);
          settle();
        });
  }

  void breakWith(BreakReason reason) {
    onReactor(() -> config.listener().broken(config.index(), reason));
  }

  private void onReactor(Runnable work) {
    reactor.call(
        () -> {
          work.run();
          return null;
        });
  }

  private void settle() {
    if (inFlight.get() > 0) {
      return;
    }
    if (holdsOlderTable) {
      holdsOlderTable = false;
      whenReleased.run();
    }
    if (stopping && !drained) {
      reactor.remove(this);
      drained = true;
      whenDrained.run();
    }
  }

  @Override
  public int poll() {
    return 0;
  }

  @Override
  public void start() {
    reactor.add(this);
    started = true;
  }

  @Override
  public void enable(boolean on) {
    enabled = on;
  }

  @Override
  public void call(EventFd next) {
    call = next;
    calls.incrementAndGet();
  }

  @Override
  public void memory(GuestMemory next, Runnable released) {
    memory = next;
    Runnable earlier = holdsOlderTable ? whenReleased : () -> {};
    whenReleased =
        () -> {
          earlier.run();
          released.run();
        };
    holdsOlderTable = true;
    settle();
  }

  @Override
  public void coalescing(Coalescing how) {
    coalescing = how;
  }

  @Override
  public void recorder(LatencyRecorder next) {
    recorder = next;
  }

  @Override
  public void stop(Runnable whenStopped) {
    InternalError fault = faultInStop;
    if (fault != null) {
      faultInStop = null;
      throw fault;
    }
    whenDrained = whenStopped;
    stopping = true;
    settle();
  }

  @Override
  public int nextAvail() {
    return nextAvail;
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public BreakReason broken() {
    return null;
  }

  @Override
  public QueueCounters counters() {
    return new QueueCounters(0, 0, 0);
  }
}

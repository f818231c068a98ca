package io.vireo.virtio.queue;

import io.vireo.bdev.LatencyRecorder;
import io.vireo.linux.EventFd;
import io.vireo.linux.FaultPoint;
import io.vireo.memreg.GuestMemory;
import io.vireo.memreg.Translator;
import io.vireo.reactor.Reactor;
import io.vireo.virtio.BreakReason;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.QueueConfig;
import java.util.Optional;

/**
 * Reactor thread only. The life of a queue over a split ring, whatever the type of device: started,
 * enabled, moved to another memory table, broken, stopped. A device model adds {@code poll} and
 * what becomes of a chain.
 *
 * <p>A broken queue touches its ring no more, for the ring may be what was lost. Requests that are
 * in flight then run to their end, unanswered.
 */
public abstract class RingQueue implements DeviceQueue {
  protected final QueueConfig config;
  protected final Reactor reactor;
  protected final SplitQueue ring;
  protected final Translator memory;
  protected final UsedNotifier notifier;
  protected final InFlight inFlight = new InFlight();

  /** For each request that asks a bdev; null while nobody wants to know. */
  protected LatencyRecorder recorder;

  private boolean started;
  private boolean enabled;
  private boolean stopping;
  private BreakReason broken;
  private boolean accepting;

  /**
   * @throws IllegalArgumentException when the ring does not lie in the memory table, or not as it
   *     must
   */
  protected RingQueue(QueueConfig config, Reactor reactor) {
    this.config = config;
    this.reactor = reactor;
    RingAddresses place =
        RingAddresses.find(config.memory(), config)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the ring of queue %d (0x%x, 0x%x, 0x%x) is not aligned or in no region"
                            .formatted(
                                config.index(),
                                config.descUva(),
                                config.availUva(),
                                config.usedUva())));
    ring = new SplitQueue(config.size(), config.features(), place, config.nextAvail());
    memory = config.memory().translator();
    notifier = new UsedNotifier(ring, config.call());
  }

  /** The reactor that polls it. */
  public final Reactor reactor() {
    return reactor;
  }

  /** Whether new heads may be taken: started, enabled, not stopping, not broken. */
  protected final boolean accepting() {
    return accepting;
  }

  private void update() {
    accepting = started && enabled && !stopping && broken == null;
  }

  @Override
  public final void start() {
    reactor.add(this);
    started = true;
    update();
    ring.suppressKicks();
    notifier.signal();
  }

  @Override
  public final void enable(boolean on) {
    enabled = on;
    update();
  }

  @Override
  public final void call(EventFd call) {
    notifier.call(call);
  }

  @Override
  public final void coalescing(Coalescing how) {
    notifier.coalescing(how, reactor.nowNs());
  }

  @Override
  public final void memory(GuestMemory next, Runnable released) {
    Optional<RingAddresses> place = RingAddresses.find(next, config);
    if (place.isPresent()) {
      ring.relocate(place.get());
    } else {
      breakQueue(BreakReason.RING_NOT_MAPPED); // while the older table still holds
    }
    memory.table(next);
    inFlight.nextEpoch(released);
  }

  @Override
  public final void stop(Runnable drained) {
    stopping = true;
    update();
    // By message: the last request ends in the middle of its channel's poll.
    inFlight.whenNone(() -> reactor.post(() -> leave(drained)));
  }

  private void leave(Runnable drained) {
    reactor.remove(this);
    try {
      if (usable()) {
        settleAll();
        ring.enableKicks(); // whoever comes next is not polling yet
        FaultPoint.pass(); // before what a session waits for
      }
    } finally {
      started = false;
      drained.run();
    }
  }

  @Override
  public final void recorder(LatencyRecorder next) {
    recorder = next;
  }

  /** Shows the driver a batch of what was pushed, and interrupts it if it seems to want that. */
  protected final void publish(long nowNs) {
    if (ring.unpublished() > 0) {
      ring.publish();
    }
    notifier.published(nowNs);
  }

  private void settleAll() {
    if (ring.unpublished() > 0) {
      ring.publish();
    }
    notifier.settle();
  }

  /** Breaks the queue for good; what was answered before still reaches the driver. */
  protected final void breakQueue(BreakReason reason) {
    if (broken != null) {
      return;
    }
    FaultPoint.pass(); // a reason that was read in lost memory is none
    broken = reason;
    update();
    config.listener().broken(config.index(), reason);
    dropWaiting();
    try {
      settleAll();
    } finally {
      ring.abandon();
      notifier.settled();
    }
  }

  /** The queue is broken: requests that wait for more than their channel end now, unanswered. */
  protected abstract void dropWaiting();

  @Override
  public final BreakReason broken() {
    return broken;
  }

  @Override
  public final int nextAvail() {
    return ring.nextAvail();
  }

  @Override
  public final int inFlight() {
    return inFlight.count();
  }

  /** Whether the ring may be touched at all. A disabled ring may: it can be parked and enabled. */
  private boolean usable() {
    return started && broken == null;
  }

  @Override
  public void arm() {
    if (usable()) {
      ring.enableKicks();
    }
  }

  @Override
  public boolean ready() {
    return ring.unpublished() > 0 || notifier.pending() || (accepting && !ring.empty());
  }

  @Override
  public void disarm() {
    if (usable()) {
      ring.suppressKicks();
    }
  }

  @Override
  public boolean parkable() {
    return inFlight.count() == 0 && ring.unpublished() == 0 && !notifier.pending();
  }

  @Override
  public void failed(Throwable cause) {
    breakQueue(BreakReason.INTERNAL_ERROR);
  }
}

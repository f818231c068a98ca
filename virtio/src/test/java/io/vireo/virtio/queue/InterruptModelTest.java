package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.virtio.Coalescing;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * No interrupt is lost, whatever the interleaving and however late a store becomes visible.
 *
 * <p>The device is the real code; the driver is written down here step by step, so that anything
 * can happen between its store, its fence and its look (virtio 1.3, 2.7.14).
 */
class InterruptModelTest {
  private static final int STEPS = 120;

  private enum Driver {
    AWAKE,
    WISH_STORED,
    ASLEEP
  }

  @Property(tries = 3000)
  void no_interrupt_is_lost(
      @ForAll Random random,
      @ForAll boolean eventIdx,
      @ForAll boolean coalesced,
      @ForAll @IntRange(max = 0xffff) int start) {
    try (RingCopies ring = new RingCopies(eventIdx, start);
        EventFd call = EventFd.create()) {
      Interrupts interrupts = new Interrupts(ring, call, eventIdx, start);
      if (coalesced) {
        interrupts.coalesce();
      }
      interrupts.run(random);
    }
  }

  /** A device that uses buffers, and a driver that sleeps until it is interrupted. */
  private static final class Interrupts {
    private final RingCopies ring;
    private final EventFd call;
    private final boolean eventIdx;
    private final UsedNotifier notifier;
    private final long avail;
    private final long used;
    private Driver state = Driver.AWAKE;
    private int reaped;
    private long nowNs;
    private int stepNs = 10_000;
    private int batches;
    private long pendingSinceNs;

    Interrupts(RingCopies ring, EventFd call, boolean eventIdx, int start) {
      this.ring = ring;
      this.call = call;
      this.eventIdx = eventIdx;
      notifier = new UsedNotifier(ring.queue, call);
      avail = ring.driver + ring.place.avail();
      used = ring.driver + ring.place.used();
      reaped = start;
    }

    /** So slow a clock that the rate is looked at now and then, and is above the threshold. */
    void coalesce() {
      notifier.coalescing(new Coalescing(20_000, Coalescing.MIN_THRESHOLD), nowNs);
      stepNs = 5_000_000;
    }

    void run(Random random) {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1 -> devicePublishes(1 + random.nextInt(3));
          case 2 -> deviceIdles();
          case 3 -> ring.drainDevice();
          case 4 -> ring.drainDriver();
          case 5 -> nowNs += random.nextInt(stepNs);
          default -> driverSteps();
        }
      }
      ring.drainDriver();
      nowNs += 20_000_000; // as long as anything is held
      deviceIdles();
      ring.drainDevice();
      if (state == Driver.WISH_STORED) {
        driverSteps();
      }
      boolean interrupted = call.drain() > 0;
      if (state == Driver.ASLEEP && UsedRing.idx(used) != reaped) {
        assertThat(interrupted).as("asleep at %d of %d", reaped, UsedRing.idx(used)).isTrue();
      }
    }

    private void devicePublishes(int chains) {
      for (int i = 0; i < chains; i++) {
        ring.queue.push(0, 0);
      }
      ring.queue.publish();
      if (!notifier.pending()) {
        throw new AssertionError("published and not pending");
      }
      if (++batches == 1) {
        pendingSinceNs = nowNs;
      }
      if (batches >= UsedNotifier.SETTLE_BATCHES
          || nowNs - pendingSinceNs >= UsedNotifier.SETTLE_NS) {
        ring.drainDevice(); // this look has a fence
      }
      long before = notifier.signals();
      notifier.published(nowNs);
      if (notifier.signals() != before) {
        ring.drainDevice(); // the system call of a signal lets everything before it be seen
      }
      if (!notifier.pending()) {
        batches = 0;
      }
    }

    private void deviceIdles() {
      if (notifier.pending()) {
        ring.drainDevice(); // the fence in settle()
      }
      notifier.settle(nowNs);
      if (!notifier.pending()) {
        batches = 0;
      }
    }

    private void driverSteps() {
      switch (state) {
        case AWAKE -> {
          if (UsedRing.idx(used) != reaped) {
            reaped = UsedRing.idx(used);
          } else {
            wish(reaped, 0);
            state = Driver.WISH_STORED;
          }
        }
        case WISH_STORED -> {
          ring.drainDriver(); // the driver's fence
          state = UsedRing.idx(used) == reaped ? Driver.ASLEEP : wake();
        }
        case ASLEEP -> state = call.drain() > 0 ? wake() : Driver.ASLEEP;
      }
    }

    private Driver wake() {
      wish(reaped - 1, AvailRing.F_NO_INTERRUPT);
      return Driver.AWAKE;
    }

    private void wish(int event, int flags) {
      if (eventIdx) {
        AvailRing.usedEvent(avail, RingCopies.SIZE, event);
      } else {
        AvailRing.flags(avail, flags);
      }
    }
  }
}

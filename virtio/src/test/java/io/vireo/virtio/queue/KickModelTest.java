package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * No kick is lost, whatever the interleaving and however late a store becomes visible.
 *
 * <p>The device is the real code; the driver is written down here step by step (virtio 1.3,
 * 2.7.13.4).
 */
class KickModelTest {
  private static final int STEPS = 120;

  @Property(tries = 3000)
  void no_kick_is_lost(
      @ForAll Random random, @ForAll boolean eventIdx, @ForAll @IntRange(max = 0xffff) int start) {
    try (RingCopies ring = new RingCopies(eventIdx, start)) {
      new Kicks(ring, eventIdx, start).run(random);
    }
  }

  /** A driver that offers buffers, and a device that sleeps until it is kicked. */
  private static final class Kicks {
    private final RingCopies ring;
    private final boolean eventIdx;
    private final long avail;
    private final long used;
    private boolean deviceAsleep;
    private boolean deviceArmed;
    private boolean kicked;
    private int offered;
    private int published; // avail index up to which the driver has looked for a wish
    private boolean offering;

    Kicks(RingCopies ring, boolean eventIdx, int start) {
      this.ring = ring;
      this.eventIdx = eventIdx;
      avail = ring.driver + ring.place.avail();
      used = ring.driver + ring.place.used();
      offered = start;
      published = start;
      ring.queue.suppressKicks();
    }

    void run(Random random) {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(6)) {
          case 0 -> ring.drainDevice();
          case 1 -> ring.drainDriver();
          case 2, 3 -> deviceSteps();
          default -> driverSteps(random);
        }
      }
      if (offering) {
        driverSteps(random);
      }
      ring.drainDriver();
      ring.drainDevice();
      if (deviceAsleep && !ring.queue.empty()) {
        assertThat(kicked).as("asleep at %d of %d", ring.queue.nextAvail(), offered).isTrue();
      }
    }

    private void driverSteps(Random random) {
      if (!offering) {
        offered = RingIndex.plus(offered, 1 + random.nextInt(3));
        AvailRing.idx(avail, offered);
        offering = true;
      } else {
        ring.drainDriver(); // the driver's fence
        kicked |=
            eventIdx
                ? RingIndex.passed(UsedRing.availEvent(used, RingCopies.SIZE), offered, published)
                : UsedRing.flags(used) == 0;
        published = offered;
        offering = false;
      }
    }

    private void deviceSteps() {
      if (deviceAsleep) {
        if (kicked) {
          kicked = false;
          deviceAsleep = false;
          ring.queue.suppressKicks();
        }
      } else if (deviceArmed) {
        ring.drainDevice(); // the reactor's fence
        deviceArmed = false;
        deviceAsleep = ring.queue.empty();
        if (!deviceAsleep) {
          ring.queue.suppressKicks();
        }
      } else if (!ring.queue.empty()) {
        while (!ring.queue.empty()) {
          ring.queue.consume();
        }
        ring.queue.renewSuppression();
      } else {
        ring.queue.enableKicks();
        deviceArmed = true;
      }
    }
  }
}

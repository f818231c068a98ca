package io.vireo.bdev.nvme;

import io.vireo.nvme.PollClock;
import java.util.concurrent.locks.LockSupport;

/** The time of this machine, and naps between two looks at a device. */
final class DriveClock implements PollClock {
  private static final long NAP_NS = 50_000;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void pause() {
    LockSupport.parkNanos(NAP_NS);
  }
}

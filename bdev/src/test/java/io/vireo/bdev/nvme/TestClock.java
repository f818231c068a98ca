package io.vireo.bdev.nvme;

import io.vireo.nvme.PollClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Time that a test can move on, and stop: then nothing is late that the test does not make so. */
final class TestClock implements PollClock {
  private static final long NAP_NS = 10_000;

  private final AtomicLong aheadNs = new AtomicLong();
  private volatile boolean stopped;
  private volatile long stoppedNs;

  /** From now on only the test moves it. */
  void stop() {
    stoppedNs = System.nanoTime();
    stopped = true;
  }

  /** It moves by itself again. */
  void goOn() {
    stopped = false;
  }

  void advanceMs(long ms) {
    aheadNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  @Override
  public long nanoTime() {
    return (stopped ? stoppedNs : System.nanoTime()) + aheadNs.get();
  }

  @Override
  public void pause() {
    LockSupport.parkNanos(NAP_NS);
  }
}

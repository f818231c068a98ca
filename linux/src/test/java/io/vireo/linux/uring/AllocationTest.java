package io.vireo.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.vireo.linux.EventFd;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The hot calls make no garbage once they are compiled. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 100_000;

  @Test
  void a_hundred_thousand_requests_allocate_nothing() {
    try (IoUring ring = IoUring.create(64, IoUring.Options.DEFAULT)) {
      assertThat(leastAllocated(() -> nops(ring))).isLessThan(ROUNDS / 100);
    }
  }

  @Test
  void a_hundred_thousand_signals_allocate_nothing() {
    try (EventFd event = EventFd.create()) {
      assertThat(leastAllocated(() -> signals(event))).isLessThan(ROUNDS / 100);
    }
  }

  private static void nops(IoUring ring) {
    int ended = 0;
    while (ended < ROUNDS) {
      Sqe.prepNop(ring.sq().next(), ended);
      ring.submit();
      while (ring.cq().next()) {
        ended += ring.cq().userData() == ended ? 1 : ROUNDS;
      }
    }
    assertThat(ended).isEqualTo(ROUNDS);
  }

  private static void signals(EventFd event) {
    for (int i = 0; i < ROUNDS; i++) {
      if (event.signal() != 0) {
        throw new AssertionError("signal failed");
      }
    }
  }

  /** Of several runs, since the first ones run in the interpreter, which allocates. */
  private static long leastAllocated(Runnable run) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 10 && least > 0; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      run.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}

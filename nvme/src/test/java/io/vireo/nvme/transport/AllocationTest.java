package io.vireo.nvme.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The hot calls make no garbage once they are compiled. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 100_000;

  @Test
  void a_hundred_thousand_reads_allocate_nothing() {
    try (EchoQueue echo = new EchoQueue(32)) {
      long least = Long.MAX_VALUE;
      // The first runs are interpreted, which allocates.
      for (int i = 0; i < 10 && least > 0; i++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
          echo.oneRead();
        }
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isLessThan(ROUNDS / 100);
      assertThat(echo.queue().inFlight()).isZero();
      assertThat(echo.queue().unknownCompletions()).isZero();
    }
  }
}

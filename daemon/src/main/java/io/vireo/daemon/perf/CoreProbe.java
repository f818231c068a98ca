package io.vireo.daemon.perf;

import io.vireo.linux.Mem;
import io.vireo.reactor.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How far two CPUs are from each other: the time in which a cache line goes from one to the other
 * and one comes back. On virtual machines whose CPUs float it changes from second to second, and
 * every request of a polled ring with it.
 */
final class CoreProbe {
  private static final int LINE = 64;
  private static final int ROUNDS = 9;
  private static final int TRIPS = 2000;

  /** Looks between two looks at the clock, which takes as long as a near core's answer. */
  private static final int SPINS = 4096;

  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

  private static final int END = -1;

  private CoreProbe() {}

  /**
   * The median round trip between the calling thread's CPU, to which it must be pinned, and
   * another; some milliseconds.
   *
   * @throws IOException when nothing runs on the other CPU in time
   */
  static double roundTripNs(int otherCpu) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      long ping = arena.allocate(4 * LINE, 2 * LINE).address();
      long pong = ping + 2 * LINE;
      CompletableFuture<Void> echo = new CompletableFuture<>();
      Thread other = Pinned.start("probe", otherCpu, () -> echo(ping, pong), echo);
      try {
        return measure(ping, pong, echo, otherCpu);
      } finally {
        Mem.putIntRelease(ping, END);
        Uninterrupted.run(other::join);
      }
    }
  }

  private static double measure(long ping, long pong, CompletableFuture<Void> echo, int otherCpu)
      throws IOException {
    double[] rounds = new double[ROUNDS];
    int value = 0;
    for (int round = -1; round < ROUNDS; round++) { // the first one warms up
      long begin = System.nanoTime();
      for (int trip = 0; trip < TRIPS; trip++) {
        Mem.putIntRelease(ping, ++value);
        for (int spins = 1; Mem.getIntAcquire(pong) != value; spins++) {
          if (spins % SPINS == 0) {
            check(echo, begin, otherCpu);
          }
        }
      }
      if (round >= 0) {
        rounds[round] = (double) (System.nanoTime() - begin) / TRIPS;
      }
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }

  private static void check(CompletableFuture<Void> echo, long begin, int cpu) throws IOException {
    if (echo.isCompletedExceptionally()) {
      throw new IOException("the distance to CPU %d: %s".formatted(cpu, cause(echo)));
    }
    if (System.nanoTime() - begin > PATIENCE_NS) {
      throw new IOException("the distance to CPU %d: it has no time to answer".formatted(cpu));
    }
  }

  private static String cause(CompletableFuture<Void> echo) {
    return echo.exceptionNow().getMessage();
  }

  private static Void echo(long ping, long pong) {
    int last = 0;
    while (last != END) {
      int value = Mem.getIntAcquire(ping);
      if (value != last) {
        Mem.putIntRelease(pong, value);
        last = value;
      }
    }
    return null;
  }
}

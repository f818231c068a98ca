package io.vireo.daemon.perf;

import io.vireo.linux.Mem;
import io.vireo.reactor.Uninterrupted;
import java.io.IOException;
import java.lang.foreign.Arena;
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

  private static final long ROUND_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

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
      long passedNs = 0;
      int trips = 0;
      // A round ends early where one of the two has to wait for its CPU.
      while (trips < TRIPS && passedNs < ROUND_NS) {
        Mem.putIntRelease(ping, ++value);
        for (int spins = 1; Mem.getIntAcquire(pong) != value; spins++) {
          if (spins % SPINS == 0) {
            passedNs = System.nanoTime() - begin;
            check(echo, passedNs, otherCpu);
          }
        }
        trips++;
      }
      if (round >= 0) {
        rounds[round] = (double) (System.nanoTime() - begin) / trips;
      }
    }
    return Statistics.median(rounds);
  }

  private static void check(CompletableFuture<Void> echo, long passedNs, int cpu)
      throws IOException {
    if (echo.isCompletedExceptionally()) {
      throw new IOException(
          "the distance to CPU %d: %s".formatted(cpu, echo.exceptionNow().getMessage()));
    }
    if (passedNs > PATIENCE_NS) {
      throw new IOException("the distance to CPU %d: it has no time to answer".formatted(cpu));
    }
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

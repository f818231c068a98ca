package io.vireo.memreg;

import io.vireo.memreg.MemoryMap.Contiguity;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One host address to the device's, in nanoseconds: anywhere in so much of a guest's memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class MemoryMapBenchmark {
  private static final int ADDRESSES = 1024;
  private static final long START = 0x7000_0000_0000L;
  private static final long IOVA = 0x1_0000_0000L;
  private static final long BUFFER_BYTES = 128 << 10;

  @Param({"1", "64", "1024"})
  public long gib;

  private final MemoryMap map = new MemoryMap(-1, Contiguity.LINEAR);
  private final long[] addresses = new long[ADDRESSES];

  @Setup
  public void fill() {
    long bytes = gib << 30;
    map.set(START, bytes, IOVA);
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = START + random.nextLong(bytes - BUFFER_BYTES);
    }
  }

  @Benchmark
  @OperationsPerInvocation(ADDRESSES)
  public long translate() {
    long sum = 0;
    for (long hva : addresses) {
      sum += map.translate(hva) - hva;
    }
    return require(sum, ADDRESSES * (IOVA - START));
  }

  /** How far 128 KiB hold: what a scatter gather list asks. */
  @Benchmark
  @OperationsPerInvocation(ADDRESSES)
  public long run() {
    long sum = 0;
    for (long hva : addresses) {
      sum += map.run(hva, BUFFER_BYTES);
    }
    return require(sum, ADDRESSES * BUFFER_BYTES);
  }

  private static long require(long sum, long expected) {
    if (sum != expected) {
      throw new AssertionError("an address was not found");
    }
    return sum;
  }
}

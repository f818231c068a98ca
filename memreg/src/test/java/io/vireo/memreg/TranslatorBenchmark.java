package io.vireo.memreg;

import java.util.ArrayList;
import java.util.List;
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

/**
 * One translation of a 4 KiB buffer, in nanoseconds: in the region of the last hit, in all regions
 * in turn, and anywhere in the table (scanned up to 16 regions, searched above).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class TranslatorBenchmark {
  private static final int ADDRESSES = 1024;
  private static final long REGION_BYTES = 1L << 30;
  private static final long BUFFER_BYTES = 4096;

  @Param({"1", "8", "500"})
  public int regions;

  private Translator translator;
  private final long[] anywhere = new long[ADDRESSES];
  private final long[] inOneRegion = new long[ADDRESSES];
  private final long[] inTurn = new long[ADDRESSES];

  @Setup
  public void layRegions() {
    List<GuestRegion> all = new ArrayList<>();
    for (long i = 0; i < regions; i++) {
      long gpa = i * 2 * REGION_BYTES;
      all.add(GuestRegion.over(gpa, REGION_BYTES, gpa, gpa + REGION_BYTES));
    }
    translator = GuestMemory.of(all).translator();
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < ADDRESSES; i++) {
      long offset = random.nextLong(REGION_BYTES - BUFFER_BYTES);
      anywhere[i] = random.nextLong(regions) * 2 * REGION_BYTES + offset;
      inTurn[i] = i % regions * 2L * REGION_BYTES + offset;
      inOneRegion[i] = (regions / 2) * 2L * REGION_BYTES + offset;
    }
  }

  @Benchmark
  @OperationsPerInvocation(ADDRESSES)
  public long lastHit() {
    return sum(inOneRegion);
  }

  @Benchmark
  @OperationsPerInvocation(ADDRESSES)
  public long eachInTurn() {
    return sum(inTurn);
  }

  @Benchmark
  @OperationsPerInvocation(ADDRESSES)
  public long anyRegion() {
    return sum(anywhere);
  }

  /** Of distances, which are all the same. */
  private long sum(long[] addresses) {
    long sum = 0;
    for (long gpa : addresses) {
      sum += translator.hva(gpa, BUFFER_BYTES) - gpa;
    }
    if (sum != ADDRESSES * REGION_BYTES) {
      throw new AssertionError("an address was not found");
    }
    return sum;
  }
}

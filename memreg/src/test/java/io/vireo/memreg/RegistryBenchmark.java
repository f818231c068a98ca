package io.vireo.memreg;

import io.vireo.memreg.MemoryMap.Contiguity;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to register a guest's memory while no device asks for it, in milliseconds; {@code
 * singleShot} is what the first guest sees, in a fresh JVM and a fresh registry.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class RegistryBenchmark {
  private static final long GIB = 1L << 30;
  private static final long START = 0x7000_0000_0000L;

  @Param({"1", "100", "1024"})
  public long gib;

  private MemoryRegistry registry;
  private final MemoryMap linear = new MemoryMap(-1, Contiguity.LINEAR);

  @Setup(Level.Iteration)
  public void makeRegistry() {
    registry = new MemoryRegistry();
  }

  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  public void registerAndUnregister() {
    registry.register(START, gib * GIB);
    registry.unregister(START, gib * GIB);
  }

  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @Warmup(iterations = 0)
  @Measurement(iterations = 1)
  @Fork(5)
  public void singleShot() {
    registry.register(START, gib * GIB);
  }

  /** Sets a range whose translation is linear, and finds how far it holds. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  public long setAndRun() {
    linear.set(START, gib * GIB, 0x1_0000_0000L);
    return linear.run(START, gib * GIB);
  }
}

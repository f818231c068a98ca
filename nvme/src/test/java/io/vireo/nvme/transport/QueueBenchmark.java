package io.vireo.nvme.transport;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one 4 KiB read costs the driver: entry, PRP, doorbell, completion. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class QueueBenchmark {
  private static final int DEPTH = 32;

  private EchoQueue echo;

  @Setup
  public void setUp() {
    echo = new EchoQueue(DEPTH);
  }

  @TearDown
  public void tearDown() {
    if (echo.completed() == 0 || echo.queue().unknownCompletions() != 0) {
      throw new AssertionError("reads did not end");
    }
    echo.close();
  }

  /** A doorbell for each read. */
  @Benchmark
  public long depthOne() {
    echo.oneRead();
    return echo.completed();
  }

  /** A doorbell for 32 reads. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long depth32() {
    echo.oneBatch();
    return echo.completed();
  }
}

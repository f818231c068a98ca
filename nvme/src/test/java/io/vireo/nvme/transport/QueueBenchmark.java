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

/**
 * What one 4 KiB read costs the queue: entry, PRP, doorbell, completion; and what the parts and the
 * echo cost alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class QueueBenchmark {
  private static final int DEPTH = 32;

  private EchoQueue echo;
  private PrpList prp;
  private CommandIds ids;
  private NvmeRequest request;
  private long sqe;

  @Setup
  public void setUp() {
    echo = new EchoQueue(DEPTH);
    prp = new PrpList(echo.map(), 4096);
    ids = new CommandIds(DEPTH);
    request = new NvmeRequest(echo, 8);
    request.addData(echo.data(0), 4096);
    sqe = echo.data(1);
  }

  @TearDown
  public void tearDown() {
    if (echo.queue().unknownCompletions() != 0 || echo.queue().inFlight() != 0) {
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

  /** The pages of a read's data, as one PRP entry. */
  @Benchmark
  public int prp() {
    return prp.describe(request, sqe, 0, 0);
  }

  /** A command id, and the request that it belongs to; with the order of submission. */
  @Benchmark
  public NvmeRequest commandId() {
    return ids.release(ids.take(request));
  }

  /** What the controller's part of the others costs: nothing of it is the driver's. */
  @Benchmark
  public long echo() {
    echo.answer();
    return sqe;
  }
}

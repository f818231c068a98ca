package io.vireo.memreg;

import static io.vireo.linux.Numa.ANY_NODE;

import io.vireo.memreg.HostMemory.HugePages;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An element taken and put back, in nanoseconds, when so many are taken before the first is put: up
 * to 64 the cache serves all, above they come from the pool and go there in batches of 32.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DmaPoolBenchmark {
  private static final int ELEMENTS = 1024;
  private static final int ROUND = 512;

  @Param({"1", "32", "512"})
  public int atOnce;

  private DmaHeap heap;
  private DmaPool pool;
  private DmaPoolCache cache;
  private final long[] taken = new long[ROUND];

  @Setup
  public void makePool() {
    DmaHeap.Options options = new DmaHeap.Options("jmh", HugePages.PREFER, 4 << 20, 0, 64L << 20);
    heap = new DmaHeap(new MemoryRegistry(), options);
    pool = new DmaPool(heap, new DmaPool.Options("jmh", 4096, 4096, ELEMENTS, ANY_NODE));
    cache = pool.cache(32);
  }

  /** Finds what was lost or put twice. */
  @TearDown
  public void close() {
    cache.close();
    pool.close();
    heap.close();
  }

  @Benchmark
  @OperationsPerInvocation(ROUND)
  public long getAndPut() {
    long sum = 0;
    for (int done = 0; done < ROUND; done += atOnce) {
      for (int i = 0; i < atOnce; i++) {
        taken[i] = cache.get();
        sum += taken[i];
      }
      for (int i = 0; i < atOnce; i++) {
        cache.put(taken[i]);
      }
    }
    return sum;
  }
}

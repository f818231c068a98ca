package io.vireo.virtio.blk;

import io.vireo.virtio.ChainShape;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
import io.vireo.virtio.queue.RingAddresses;
import io.vireo.virtio.queue.SplitQueue;
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

/** From a head in the ring to a request for the bdev, in nanoseconds, by the chain's shape. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class BlkParserBenchmark {
  private static final int CHAINS = 16;

  /** A parser and chains to parse. */
  public abstract static class Chains {
    private TestDisk disk;
    BlkParser parser;
    BlkRequest request;
    int[] heads;
    long parsed;

    void offer(ChainShape shape) {
      disk = TestDisk.with().size(64).notStarted().build();
      QueueConfig config = disk.config(0, null);
      RingAddresses place =
          RingAddresses.find(
                  config.memory(),
                  config.size(),
                  true,
                  config.descUva(),
                  config.availUva(),
                  config.usedUva())
              .orElseThrow();
      SplitQueue ring = new SplitQueue(config.size(), config.features(), place, 0);
      long own = disk.ram.hva(disk.ram.allocate(128));
      parser = new BlkParser(config, ring, config.memory().translator(), own, own + 64, 1);
      request = new BlkRequest(null, 0, disk.ram.hva(disk.ram.allocate(BlkRequest.MEMORY_BYTES)));
      heads = shape.offer(disk, CHAINS);
    }

    @TearDown
    public void check() {
      if (parsed == 0 || parsed % CHAINS != 0) {
        throw new AssertionError(parsed + " chains were parsed");
      }
      disk.close();
    }
  }

  /** What the fast path takes. */
  @State(Scope.Benchmark)
  public static class Common extends Chains {
    @Param({"DIRECT", "INDIRECT"})
    public ChainShape shape;

    @Setup
    public void offer() {
      offer(shape);
    }
  }

  /** What the other path takes, which is everything. */
  @State(Scope.Benchmark)
  public static class Any extends Chains {
    @Param({"DIRECT", "INDIRECT", "PIECES", "FLUSH", "DISCARD"})
    public ChainShape shape;

    @Setup
    public void offer() {
      offer(shape);
    }
  }

  @Benchmark
  @OperationsPerInvocation(CHAINS)
  public void common(Common chains) {
    for (int head : chains.heads) {
      chains.request.head = head;
      if (chains.parser.common(chains.request, false)) {
        chains.parsed++;
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(CHAINS)
  public void any(Any chains) {
    for (int head : chains.heads) {
      chains.request.head = head;
      if (chains.parser.any(chains.request, false) == null && !chains.request.decided()) {
        chains.parsed++;
      }
    }
  }
}

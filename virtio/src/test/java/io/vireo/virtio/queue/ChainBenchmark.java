package io.vireo.virtio.queue;

import io.vireo.memreg.Translator;
import io.vireo.virtio.ChainShape;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.TestDisk;
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
 * Reading a chain in nanoseconds: the walk over any shape with its translation, and the recognition
 * of the common shape, which leaves translation to its caller.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ChainBenchmark {
  private static final int CHAINS = 16;

  @Param({"DIRECT", "INDIRECT", "PIECES"})
  public ChainShape shape;

  private TestDisk disk;
  private DescriptorWalk walk;
  private CommonChain common;
  private int[] heads;
  private int piecesOfAll;

  @Setup
  public void offer() {
    disk = TestDisk.with().size(64).notStarted().build();
    QueueConfig config = disk.config(0, null);
    RingAddresses place = RingAddresses.find(config.memory(), config).orElseThrow();
    SplitQueue ring = new SplitQueue(config.size(), config.features(), place, 0);
    Translator memory = config.memory().translator();
    walk = new DescriptorWalk(ring, memory, true, DescriptorWalk.MAX_PIECES);
    common = new CommonChain(ring, memory, true);
    heads = shape.offer(disk, CHAINS);
    piecesOfAll = CHAINS * (shape == ChainShape.PIECES ? 34 : 3);
  }

  @Benchmark
  @OperationsPerInvocation(CHAINS)
  public void walk() {
    int pieces = 0;
    for (int head : heads) {
      if (walk.read(head) == null) {
        pieces += walk.pieces();
      }
    }
    if (pieces != piecesOfAll) {
      throw new AssertionError("%d pieces instead of %d".formatted(pieces, piecesOfAll));
    }
  }

  /** A chain of many pieces is refused after a look at its length. */
  @Benchmark
  @OperationsPerInvocation(CHAINS)
  public void common() {
    int found = 0;
    for (int head : heads) {
      if (common.read(head)) {
        found++;
      }
    }
    if (found != (shape == ChainShape.PIECES ? 0 : CHAINS)) {
      throw new AssertionError("%d chains are common".formatted(found));
    }
  }

  @TearDown
  public void close() {
    disk.close();
  }
}

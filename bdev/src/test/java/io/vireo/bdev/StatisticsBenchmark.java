package io.vireo.bdev;

import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.SteppedReactor;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
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
 * What the accounting of a 4 KiB request costs, in nanoseconds. {@code submit} is nothing but
 * checks and statistics, for the bdevs do nothing: one answers {@code AT_ONCE} (the null bdev), one
 * {@code LATER}. With a histogram less without one is what that costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StatisticsBenchmark {
  private static final int REQUESTS = 1024;
  private static final int BYTES = 4096;

  /** When a request is answered. */
  public enum Answer {
    AT_ONCE,
    LATER
  }

  /** One disk, with or without a histogram. */
  @State(Scope.Benchmark)
  public static class Disk {
    @Param({"AT_ONCE", "LATER"})
    public Answer answer;

    @Param({"false", "true"})
    public boolean histogram;

    private final ModuleCalls modules = new ModuleCalls();
    private final SteppedReactor stepped = new SteppedReactor(SystemNanoClock.INSTANCE);
    private final BdevIo[] requests = new BdevIo[REQUESTS];
    private LaterBdev later;
    private BdevChannel channel;

    @Setup
    public void open() {
      NullCreate create = new NullCreate("null", 512, 1 << 20);
      modules.call("bdev_null_create", create);
      later = new LaterBdev();
      modules.bdevs.register(later);
      String name = answer == Answer.AT_ONCE ? "null" : later.name();
      BdevDescriptor descriptor = modules.bdevs.open(name, true, new RecordingListener());
      channel = descriptor.channel(stepped.reactor());
      if (histogram) {
        BucketLayout layout =
            BucketLayout.of(BucketLayout.GRANULARITY, BucketLayout.MIN_NS, BucketLayout.MAX_NS);
        channel.bdev().enableHistogram(new HistogramOptions(null, layout));
      }
      for (int i = 0; i < REQUESTS; i++) {
        requests[i] = new BdevIo((io, status) -> {}, i, 0, 0);
        requests[i].prepare(i % 3 == 0 ? IoType.WRITE : IoType.READ, (long) i * BYTES, BYTES);
        requests[i].addBuffer(BYTES, BYTES);
      }
    }

    @TearDown
    public void close() {
      modules.clear();
      stepped.close();
    }
  }

  /** Its requests end when it is told. */
  private static final class LaterBdev extends Bdev {
    private Channel channel;

    LaterBdev() {
      super("later", uuidOf(null), BdevGeometry.of(512), 1 << 20);
    }

    @Override
    public String productName() {
      return "Benchmark disk";
    }

    @Override
    public boolean supports(IoType type) {
      return true;
    }

    @Override
    protected BdevChannel createChannel(Reactor reactor) {
      channel = new Channel(this, reactor);
      return channel;
    }

    @Override
    protected void destroy() {}

    private static final class Channel extends BdevChannel {
      Channel(Bdev bdev, Reactor reactor) {
        super(bdev, reactor);
      }

      @Override
      protected int start(BdevIo io) {
        return IoStatus.PENDING;
      }

      void end(BdevIo io) {
        finish(io, IoStatus.OK);
      }
    }
  }

  private final ChannelStats stats = new ChannelStats();
  private final LatencyRecorder recorder =
      new LatencyRecorder(
          new HistogramOptions(
              null,
              BucketLayout.of(BucketLayout.GRANULARITY, BucketLayout.MIN_NS, BucketLayout.MAX_NS)));
  private final BdevIo request = new BdevIo(null, 0, 0, 0);
  private final long[] latenciesNs = new long[REQUESTS];

  @Setup
  public void drawLatencies() {
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < REQUESTS; i++) {
      latenciesNs[i] = 1000 + (long) (20_000 * random.nextExponential());
    }
  }

  /** The counters alone. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void counters() {
    for (long latencyNs : latenciesNs) {
      stats.succeeded(IoType.READ, BYTES, latencyNs);
    }
  }

  /** One bucket of a histogram alone. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void bucket() {
    for (long latencyNs : latenciesNs) {
      recorder.ended(request, latencyNs);
    }
  }

  /** A request as its owner sees it. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public int submit(Disk disk) {
    int statuses = 0;
    for (BdevIo io : disk.requests) {
      int status = disk.channel.submit(io);
      if (status == IoStatus.PENDING) {
        disk.later.channel.end(io);
      }
      statuses += status;
    }
    return statuses;
  }
}

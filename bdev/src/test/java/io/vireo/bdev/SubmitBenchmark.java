package io.vireo.bdev;

import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.uring.UringCreate;
import io.vireo.reactor.SteppedReactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * A request of 4 KiB that is answered at once, in nanoseconds: all of {@link BdevChannel#submit},
 * and the module's part alone. The difference is what checks and statistics cost, while channels of
 * one kind or of four kinds are in use.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SubmitBenchmark {
  private static final int REQUESTS = 32;
  private static final int BYTES = 4096;
  private static final int BLOCKS = REQUESTS * BYTES / 512;

  /** Enough for the compiler to have made up its mind. */
  private static final int ROUNDS_OF_OTHERS = 30_000;

  /** What is asked of whom. */
  public enum Load {
    NULL_READ,
    MALLOC_READ,
    MALLOC_WRITE
  }

  @Param({"NULL_READ", "MALLOC_READ", "MALLOC_WRITE"})
  public Load load;

  @Param({"1", "4"})
  public int kinds;

  private final ModuleCalls calls = new ModuleCalls();
  private final List<BdevFixture> fixtures = new ArrayList<>();
  private BdevChannel channel;
  private BdevIo[] requests;
  private long submitted;

  @Setup
  public void openBdevs() throws IOException {
    String name =
        load == Load.NULL_READ
            ? calls.createNull("null", BLOCKS)
            : calls.createMalloc("malloc", BLOCKS);
    if (kinds > 1) {
      useOtherKinds();
    }
    BdevFixture fixture = open(name);
    channel = fixture.channel;
    ChannelDriver driver = fixture.driver(REQUESTS, BYTES);
    requests = new BdevIo[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
      requests[i] =
          load == Load.MALLOC_WRITE
              ? driver.prepareWrite(i, (long) i * BYTES, new byte[BYTES])
              : driver.prepareRead(i, (long) i * BYTES, BYTES);
    }
  }

  private BdevFixture open(String name) {
    BdevFixture fixture =
        new BdevFixture(calls.bdevs, calls.bdevs.find(name).orElseThrow(), new SteppedReactor());
    fixtures.add(fixture);
    return fixture;
  }

  /** Requests to bdevs of four kinds, as many to each. */
  private void useOtherKinds() throws IOException {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "vireo-jmh", ".img");
    Files.write(file, new byte[BYTES]);
    calls.call("bdev_uring_create", new UringCreate(file.toString(), "uring", 512, null));
    Files.delete(file); // it is open
    HeldBdev held = new HeldBdev("held");
    calls.bdevs.register(held);
    List<ChannelDriver> drivers = new ArrayList<>();
    for (String name :
        List.of(calls.createNull("N", 8), calls.createMalloc("M", 8), "uring", "held")) {
      drivers.add(open(name).driver(1, BYTES));
    }
    for (int round = 0; round < ROUNDS_OF_OTHERS; round++) {
      for (ChannelDriver driver : drivers) {
        BdevIo io = driver.io(0);
        io.prepare(IoType.READ, 0, BYTES);
        io.addBuffer(driver.memory(0), BYTES);
        driver.submit(io);
        if (!held.held.isEmpty()) {
          held.end(io, IoStatus.OK);
        }
        if (driver.await(io) != IoStatus.OK) {
          throw new AssertionError("a read has failed");
        }
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void submit() {
    int statuses = 0;
    for (BdevIo io : requests) {
      statuses |= channel.submit(io);
    }
    requireOk(statuses);
    submitted += REQUESTS;
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void start() {
    int statuses = 0;
    for (BdevIo io : requests) {
      statuses |= channel.start(io);
    }
    requireOk(statuses);
  }

  private static void requireOk(int statuses) {
    if (statuses != IoStatus.OK) {
      throw new AssertionError("a request has failed");
    }
  }

  @TearDown
  public void check() {
    IoStats stats = channel.bdev().stats();
    if (stats.ops(load == Load.MALLOC_WRITE ? IoType.WRITE : IoType.READ) != submitted) {
      throw new AssertionError("of %d requests not all were counted".formatted(submitted));
    }
    fixtures.forEach(BdevFixture::close);
  }
}

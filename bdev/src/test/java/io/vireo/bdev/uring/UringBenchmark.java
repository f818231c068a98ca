package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.linux.Mem;
import io.vireo.memreg.HostMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
 * A read of 4 KiB through io_uring, in nanoseconds for each, {@code depth} at a time: submission,
 * the system call, which is most of it, and the completion. The files are in the page cache of the
 * disk that holds temporary files, on that disk past the page cache (where it can), and in
 * /dev/shm, which the kernel reads by threads of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class UringBenchmark {
  private static final int REQUESTS = 32; // of one invocation
  private static final int BYTES = 4096;
  private static final int FILE_BYTES = 4096 * BYTES;
  private static final long PATIENCE_LAPS = 1L << 32;

  /** Where the file lies. */
  public enum Place {
    PAGE_CACHE,
    DISK,
    TMPFS
  }

  @Param({"PAGE_CACHE", "DISK", "TMPFS"})
  public Place place;

  @Param({"1", "32"})
  public int depth;

  private BdevFixture fixture;
  private HostMemory data;
  private BdevIo[] requests;
  private int ended;
  private int failed;
  private long offset;

  @Setup
  public void open() throws IOException {
    Path file =
        place == Place.TMPFS ? TestFiles.inMemory() : Files.createTempFile("vireo-jmh", ".img");
    byte[] content = new byte[FILE_BYTES];
    Arrays.fill(content, (byte) 0xa5); // no holes
    Files.write(file, content);
    BackingFile backing =
        BackingFile.open(
            file.toString(),
            BYTES,
            place == Place.DISK ? BackingFile.Caching.DIRECT : BackingFile.Caching.BUFFERED);
    Files.delete(file); // it is open
    Bdev bdev =
        new UringBdev("uring", Bdev.uuidOf(null), backing, UringRings.of("rings", new Iobuf(1)));
    fixture = new BdevFixture(bdev);
    data = HostMemory.allocate(REQUESTS * BYTES, "jmh", HostMemory.HugePages.NEVER);
    requests = new BdevIo[depth];
    for (int i = 0; i < depth; i++) {
      requests[i] = new BdevIo(this::ended, i, 0, 0);
    }
  }

  private void ended(BdevIo io, int status) {
    ended++;
    failed += status == IoStatus.OK ? 0 : 1;
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void read() {
    ended = 0;
    for (int i = 0; i < REQUESTS; i += depth) {
      for (BdevIo io : requests) {
        io.prepare(IoType.READ, offset, BYTES);
        io.addBuffer(data.address() + (long) io.tag() * BYTES, BYTES);
        offset = (offset + 17 * BYTES) % FILE_BYTES;
        fixture.channel.submit(io);
      }
      awaitEnd(i + depth);
    }
    if (failed > 0 || Mem.getByte(data.address()) != (byte) 0xa5) {
      throw new AssertionError(failed + " reads have failed");
    }
  }

  private void awaitEnd(int count) {
    for (long laps = 0; ended < count; laps++) {
      if (laps == PATIENCE_LAPS) {
        throw new AssertionError("%d of %d reads have ended".formatted(ended, count));
      }
      fixture.stepped.lap();
    }
  }

  @TearDown
  public void close() {
    fixture.close();
    data.close();
  }
}

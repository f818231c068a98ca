package io.vireo.nvme;

import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.transport.EchoQueue;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;
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
 * What one 4 KiB read costs above the queue: the queue pair with its timeouts, the I/O of a
 * namespace. {@code QueueBenchmark} has the parts below.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class IoBenchmark implements NvmeIoCompletion, TimeoutListener {
  private static final int DEPTH = 32;
  private static final int BLOCK_BYTES = 4096;
  private static final long LIMIT_NS = 30_000_000_000L;

  @Param({"0", "1"})
  private int timeouts;

  private EchoQueue echo;
  private IoQueuePair pair;
  private NamespaceQueue disk;
  private NvmeRequest[] requests;
  private NvmeIo[] ios;
  private long nowNs;
  private long lba;
  private long completed;

  @Setup
  public void setUp() {
    echo = new EchoQueue(DEPTH);
    QueuePairOptions options = QueuePairOptions.of(64, 63, BounceBuffers.NONE);
    pair = new IoQueuePair(() -> 1, echo.queue(), options, 0);
    if (timeouts != 0) {
      pair.watch(LIMIT_NS, this);
    }
    try (ModelHost host = new ModelHost(ModelOptions.DEFAULT);
        NvmeController controller =
            NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT)) {
      disk = controller.open(pair, controller.namespaces().getFirst());
    }
    requests = new NvmeRequest[DEPTH];
    ios = new NvmeIo[DEPTH];
    for (int i = 0; i < DEPTH; i++) {
      requests[i] = new NvmeRequest((request, status) -> completed++, 8);
      ios[i] = new NvmeIo(this, 8);
    }
  }

  @TearDown
  public void tearDown() {
    if (completed == 0 || pair.queue().unknownCompletions() != 0 || pair.inFlight() != 0) {
      throw new AssertionError("reads did not end");
    }
    echo.close();
  }

  @Override
  public void completed(NvmeIo io, int status) {
    completed++;
  }

  @Override
  public void late(IoQueuePair late, NvmeRequest request, long ageNs) {
    throw new AssertionError("nothing is late");
  }

  private void submitCommand(int index) {
    NvmeRequest request = requests[index];
    request.clearData();
    request.addData(echo.data(index), BLOCK_BYTES);
    request.command(NvmOpcode.READ, 1);
    request.cdw10and11(lba++);
    request.cdw12and13(7);
    if (pair.submit(request) != TransportQueue.SUBMITTED) {
      throw new AssertionError("not taken");
    }
  }

  private void submitIo(int index) {
    NvmeIo io = ios[index];
    io.clearData();
    io.addData(echo.data(index), BLOCK_BYTES);
    if (disk.read(io, lba++ & 0xfff, 8) != TransportQueue.SUBMITTED) {
      throw new AssertionError("not taken");
    }
  }

  private long endAll(int count) {
    pair.ring();
    for (int i = 0; i < count; i++) {
      echo.answer();
    }
    pair.poll(count, ++nowNs);
    return completed;
  }

  @Benchmark
  public long command1() {
    submitCommand(0);
    return endAll(1);
  }

  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long command32() {
    for (int i = 0; i < DEPTH; i++) {
      submitCommand(i);
    }
    return endAll(DEPTH);
  }

  @Benchmark
  public long io1() {
    submitIo(0);
    return endAll(1);
  }

  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public long io32() {
    for (int i = 0; i < DEPTH; i++) {
      submitIo(i);
    }
    return endAll(DEPTH);
  }
}

package io.vireo.virtio.queue;

import io.vireo.linux.EventFd;
import io.vireo.virtio.VirtioFeatures;
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
 * Returning a request to a driver that polls, in nanoseconds, with {@code batch} of them in one
 * publication: the used entries and the index; with the notifier's look at the driver's wish, under
 * load; and with the fence that settles it, as an idle lap does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class PublicationBenchmark {
  private static final int REQUESTS = 128; // of one invocation
  private static final int ENTRIES = 256;

  @Param({"1", "4", "32"})
  public int batch;

  private TestRing ring;
  private EventFd call;
  private UsedNotifier notifier;
  private long nowNs;

  @Setup
  public void layRing() {
    ring = new TestRing(ENTRIES, VirtioFeatures.EVENT_IDX, 0);
    ring.driver.suppressInterrupts();
    call = EventFd.create();
    notifier = new UsedNotifier(ring.queue, call);
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void publish() {
    for (int i = 0; i < REQUESTS; i += batch) {
      publishBatch(i);
    }
    check();
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void publishAndLook() {
    for (int i = 0; i < REQUESTS; i += batch) {
      publishBatch(i);
      notifier.published(nowNs += 1000);
    }
    check();
  }

  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void publishAndSettle() {
    for (int i = 0; i < REQUESTS; i += batch) {
      publishBatch(i);
      notifier.published(nowNs += 1000);
      notifier.settle();
    }
    check();
  }

  private void publishBatch(int head) {
    for (int r = 0; r < batch; r++) {
      ring.queue.push(head + r, 4097);
    }
    ring.queue.publish();
  }

  private void check() {
    int index = UsedRing.idx(ring.used());
    long last = UsedRing.entry(ring.used(), (index - 1) & (ENTRIES - 1));
    if (index != ring.queue.nextUsed() || UsedRing.id(last) != REQUESTS - 1) {
      throw new AssertionError("used index %d, last head %d".formatted(index, UsedRing.id(last)));
    }
  }

  @TearDown
  public void close() {
    call.close();
    ring.close();
  }
}

package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.uring.UringCreate;
import io.vireo.linux.Cpu;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules on reactors with threads of their own, which sleep as soon as they are idle. */
class ReactorThreadsTest {
  private static final long DISK_BYTES = 16 << 20;

  @TempDir private Path folder;
  private final RecordingFaults reported = new RecordingFaults();
  private final ModuleCalls calls = new ModuleCalls();
  private ReactorGroup reactors;

  @BeforeEach
  void start() {
    ReactorOptions sleepy = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);
    reactors = new ReactorGroup(Cpu.allowed(), sleepy, reported);
  }

  @AfterEach
  void stop() {
    calls.clear();
    reactors.close();
    assertThat(reported.faults()).isEmpty();
  }

  private String malloc() {
    MallocCreate parameters = new MallocCreate(null, 512, DISK_BYTES / 512);
    return (String) calls.call("bdev_malloc_create", parameters);
  }

  private String uring(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, new byte[(int) DISK_BYTES]);
    return (String)
        calls.call("bdev_uring_create", new UringCreate(file.toString(), name, 512, null));
  }

  @Test
  void a_sleeping_reactor_is_woken_by_each_completion() throws Exception {
    Reactor reactor = reactors.reactors().getFirst();
    BdevDescriptor descriptor = calls.bdevs.open(uring("U"), true, new RecordingListener());
    BdevChannel channel = descriptor.channel(reactor);
    int count = 300;
    CountDownLatch left = new CountDownLatch(count);
    IoCompletion owner =
        (io, status) -> {
          left.countDown();
          if (status == IoStatus.OK && left.getCount() > 0) {
            assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING);
          }
        };
    // A flush never ends in the call that submits it.
    BdevIo io = new BdevIo(owner, 0, 0, 0);
    io.prepare(IoType.FLUSH, 0, 0);
    long sleeps = reactor.stats().sleeps();
    reactor.post(() -> assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING));
    assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(reactor.stats().sleeps() - sleeps).isPositive();
    descriptor.close();
  }

  @Test
  void removal_under_load_from_all_reactors_forgets_no_request() throws Exception {
    for (int round = 0; round < 3; round++) {
      List<String> names = List.of(malloc(), uring("A" + round), uring("B" + round));
      List<Load> loads = new ArrayList<>();
      List<Thread> removals = new ArrayList<>();
      for (String name : names) {
        BdevDescriptor descriptor = calls.bdevs.open(name, true, new RecordingListener());
        for (int r = 0; r < reactors.reactors().size(); r++) {
          BdevChannel channel = descriptor.channel(reactors.reactors().get(r));
          loads.add(new Load(channel, r * (DISK_BYTES / 4)));
        }
        removals.add(new Thread(() -> calls.bdevs.unregister(name), "remove " + name));
      }
      loads.forEach(Load::start);
      for (Load load : loads) {
        await(() -> load.completed.get() > 200);
      }
      long seen = readsAndWrites(names);
      assertThat(seen).isPositive();
      removals.forEach(Thread::start);
      for (Load load : loads) {
        assertThat(load.awaitOver()).isTrue();
        assertThat(load.wrong.get()).isZero();
        assertThat(load.failed.get()).isZero();
      }
      for (Thread removal : removals) {
        removal.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(removal.isAlive()).isFalse();
      }
      assertThat(calls.bdevs.all()).isEmpty();
      loads.forEach(Load::close);
    }
  }

  private long readsAndWrites(List<String> names) {
    long sum = 0;
    for (String name : names) {
      IoStats stats = calls.bdevs.require(name).stats();
      sum += stats.ops(IoType.READ) + stats.ops(IoType.WRITE);
    }
    return sum;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void statistics_read_while_requests_run_only_grow_and_in_the_end_are_exact() throws Exception {
    String name = malloc();
    BdevDescriptor descriptor = calls.bdevs.open(name, true, new RecordingListener());
    List<Load> loads = new ArrayList<>();
    for (Reactor reactor : reactors.reactors()) {
      loads.add(new Load(descriptor.channel(reactor), loads.size() * (DISK_BYTES / 4)));
    }
    Bdev bdev = calls.bdevs.require(name);
    loads.forEach(Load::start);
    long before = 0;
    for (int look = 0; look < 2000; look++) {
      IoStats stats = bdev.stats();
      long now = stats.ops(IoType.READ) + stats.ops(IoType.WRITE);
      assertThat(now).isGreaterThanOrEqualTo(before);
      before = now;
    }
    calls.bdevs.unregister(name);
    long completed = 0;
    long refused = 0;
    for (Load load : loads) {
      assertThat(load.awaitOver()).isTrue();
      completed += load.completed.get();
      refused += load.refused.get();
      load.close();
    }
    IoStats stats = bdev.stats();
    assertThat(stats.ops(IoType.READ) + stats.ops(IoType.WRITE)).isEqualTo(completed);
    // What a channel refuses after its end is nobody's any more.
    assertThat(stats.errors(IoStatus.NO_DEVICE)).isBetween(0L, refused);
    assertThat(refused).isGreaterThanOrEqualTo(loads.size());
    descriptor.close();
  }

  @Test
  void counters_that_are_set_back_lose_no_request() throws Exception {
    String name = malloc();
    BdevDescriptor descriptor = calls.bdevs.open(name, true, new RecordingListener());
    Load load = new Load(descriptor.channel(reactors.reactors().getFirst()), 0);
    Bdev bdev = calls.bdevs.require(name);
    load.start();
    long sum = 0;
    for (int look = 0; look < 200; look++) {
      IoStats stats = bdev.stats(StatsReset.ALL);
      sum += stats.ops(IoType.READ) + stats.ops(IoType.WRITE);
    }
    calls.bdevs.unregister(name);
    assertThat(load.awaitOver()).isTrue();
    IoStats rest = bdev.stats();
    sum += rest.ops(IoType.READ) + rest.ops(IoType.WRITE);
    assertThat(sum).isEqualTo(load.completed.get());
    load.close();
  }
}

package io.vireo.bdev.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.Load;
import io.vireo.bdev.RecordingFaults;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.delay.DelayCreate;
import io.vireo.bdev.error.ErrorCreate;
import io.vireo.bdev.error.ErrorInject;
import io.vireo.bdev.error.ErrorType;
import io.vireo.bdev.error.RequestKind;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.passthru.PassthruCreate;
import io.vireo.bdev.split.SplitCreate;
import io.vireo.bdev.split.SplitDelete;
import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code P} on {@code D} on {@code Mp0}, and {@code EE_Mp1} on {@code Mp1}, both parts of the disk
 * {@code M}: under load from reactors with threads of their own, which sleep as soon as they can.
 */
class NestedFiltersTest {
  private static final long PART_BYTES = 8 << 20;

  private final RecordingFaults reported = new RecordingFaults();
  private final ModuleCalls calls = new ModuleCalls();
  private final List<Load> loads = new ArrayList<>();
  private ReactorGroup reactors;

  @BeforeEach
  void start() {
    ReactorOptions sleepy = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);
    reactors = new ReactorGroup(Cpu.allowed(), sleepy, reported);
    calls.createMalloc("M", 2 * PART_BYTES / 512);
    calls.call("bdev_split_create", new SplitCreate("M", 2, 0));
    calls.call("bdev_delay_create", new DelayCreate("Mp0", "D", null, 5, 50, 10, 100));
    calls.call("bdev_passthru_create", new PassthruCreate("D", "P", null));
    calls.call("bdev_error_create", new ErrorCreate("Mp1", null));
  }

  @AfterEach
  void stop() {
    calls.clear();
    reactors.close();
    loads.forEach(Load::close);
    assertThat(reported.faults()).isEmpty();
  }

  private void load(String name) throws InterruptedException {
    BdevDescriptor descriptor = calls.bdevs.open(name, true, new RecordingListener());
    long stretch = 0;
    for (Reactor reactor : reactors.reactors()) {
      Load load = new Load(descriptor.channel(reactor), stretch);
      stretch += PART_BYTES / 4;
      loads.add(load);
      load.start();
    }
    for (Load load : loads) {
      await(load);
    }
  }

  private static void await(Load load) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (load.completed.get() <= 300) {
      assertThat(System.nanoTime() - deadlineNs).isNegative();
      Thread.onSpinWait();
    }
  }

  private void assertOver() throws InterruptedException {
    for (Load load : loads) {
      assertThat(load.awaitOver()).isTrue();
      assertThat(load.wrong.get()).isZero();
      assertThat(load.failed.get()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"M", "Mp0", "D", "P"})
  void whichever_goes_takes_along_what_stands_on_it_and_forgets_no_request(String gone)
      throws InterruptedException {
    load("P");
    calls.bdevs.unregister(gone);
    assertOver();
    List<String> left = calls.bdevs.all().stream().map(Bdev::name).toList();
    List<String> chain = List.of("M", "Mp0", "D", "P");
    assertThat(left).containsAll(chain.subList(0, chain.indexOf(gone)));
    assertThat(left).doesNotContainAnyElementsOf(chain.subList(chain.indexOf(gone), chain.size()));
    assertThat(left.contains("EE_Mp1")).isEqualTo(!gone.equals("M"));
  }

  @Test
  void requests_that_pend_in_the_middle_do_not_keep_the_disk_from_going() throws Exception {
    load("P");
    load("EE_Mp1");
    calls.call(
        "bdev_error_inject_error",
        new ErrorInject("EE_Mp1", RequestKind.ALL, ErrorType.PENDING, 0, 0, 20, 0, 0, 0));
    calls.bdevs.unregister("M");
    assertOver();
    assertThat(calls.bdevs.all()).isEmpty();
  }

  @Test
  void removals_from_all_sides_at_once_end() throws Exception {
    load("P");
    load("EE_Mp1");
    ConcurrentLinkedQueue<BdevException> refusals = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (String name : List.of("P", "D", "M", "EE_Mp1")) {
      threads.add(new Thread(() -> attempt(() -> calls.bdevs.unregister(name), refusals)));
    }
    threads.add(
        new Thread(
            () -> attempt(() -> calls.call("bdev_split_delete", new SplitDelete("M")), refusals)));
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(thread.isAlive()).isFalse();
    }
    assertOver();
    assertThat(calls.bdevs.all()).isEmpty();
    assertThat(refusals).allMatch(e -> e.errno() == Errno.ENODEV);
  }

  /** Somebody else may have been faster. */
  private static void attempt(Runnable removal, ConcurrentLinkedQueue<BdevException> refusals) {
    try {
      removal.run();
    } catch (BdevException e) {
      refusals.add(e);
    }
  }

  @Test
  void users_that_come_and_go_leave_the_others_their_channels() throws Exception {
    load("P");
    for (int round = 0; round < 50; round++) {
      BdevDescriptor other = calls.bdevs.open("P", true, new RecordingListener());
      reactors.reactors().forEach(other::channel);
      other.close();
    }
    calls.bdevs.unregister("P");
    assertOver();
    assertThat(calls.bdevs.require("D").claimer()).isNull();
  }
}

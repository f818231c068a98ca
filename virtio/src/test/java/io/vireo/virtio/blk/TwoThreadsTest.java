package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Cpu;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.DeviceQueue;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.QueueConfig;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import io.vireo.virtio.driver.SplitDriver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A reactor on its own thread and a driver on this one, both asleep as often as they can be: every
 * notification between them is needed, and one that is lost ends in a timeout.
 */
class TwoThreadsTest {
  private static final int SIZE = 64;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int REQUESTS = 30_000;

  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

  private final ReactorListener listener =
      new ReactorListener() {
        @Override
        public void pollerFailed(Reactor reactor, Poller poller, Throwable cause) {
          failures.add(cause);
        }

        @Override
        public void memoryFault(Reactor reactor, InternalError error) {
          failures.add(error);
        }
      };

  @ParameterizedTest
  @CsvSource({"true, 1", "true, 3", "true, 16", "false, 1", "false, 16"})
  void no_notification_is_lost_between_two_sleepers(boolean eventIdx, int depth) throws Exception {
    ReactorOptions sleepy = ReactorOptions.ADAPTIVE.spinBeforeSleepNs(0);
    BdevRegistry bdevs = new BdevRegistry();
    bdevs.register(new PendingBdev("disk", 512, 2048).atOnce().quiet());
    try (GuestRam ram = GuestRam.of(1 << 20);
        EventFd kick = EventFd.create();
        EventFd call = EventFd.create();
        BlkDevice device = BlkDevice.open(bdevs, "disk", BlkOptions.DEFAULT);
        // Last, so that it ends first and touches none of the others when the test fails.
        Reactor reactor = Reactor.start("asleep", Cpu.allowed().nextSetBit(0), sleepy, listener)) {
      RingMemory ring = new RingMemory(SIZE, 0);
      long ringGpa = ram.allocate(ring.end());
      ring.clear(ram.hva(ringGpa));
      long slots = ram.allocate((long) SIZE * BlkDriver.SLOT_BYTES);
      long features = VirtioFeatures.VERSION_1 | (eventIdx ? VirtioFeatures.EVENT_IDX : 0);
      QueueConfig config =
          new QueueConfig(
              0,
              SIZE,
              features,
              ram.uva(ringGpa + ring.desc()),
              ram.uva(ringGpa + ring.avail()),
              ram.uva(ringGpa + ring.used()),
              0,
              ram.table(),
              call,
              QueueBudget.of(1 << 20),
              (index, reason) -> failures.add(new AssertionError(reason)));
      DeviceQueue queue = device.createQueue(config, reactor);
      reactor.post(
          () -> {
            queue.start();
            queue.enable(true);
            reactor.watch(kick.fd(), queue);
          });

      SplitDriver split = new SplitDriver(ring, features, ram.hva(ringGpa));
      BlkDriver driver = new BlkDriver(split, false, ram.hva(slots), slots);
      drive(driver, ram.allocate(512), depth, kick, call);
      assertThat(reactor.stats().sleeps()).as("sleeps").isPositive();

      CompletableFuture<Void> drained = new CompletableFuture<>();
      reactor.post(
          () -> {
            reactor.unwatch(kick.fd());
            queue.stop(() -> drained.complete(null));
          });
      drained.get();
      device.destroyQueue(queue);
    }
    assertThat(failures).isEmpty();
  }

  /** Keeps up to {@code depth} requests going; waits now by looking, now for an interrupt. */
  private static void drive(BlkDriver driver, long data, int depth, EventFd kick, EventFd call) {
    Random random = new Random(depth);
    int started = 0;
    int done = 0;
    while (done < REQUESTS) {
      int target = Math.min(done + 1 + random.nextInt(depth), REQUESTS);
      pause(random.nextInt(400)); // so that it comes at any moment of the reactor's going to sleep
      for (; started < target; started++) {
        assertThat(driver.read(started % 2048, data, 512)).isNotNegative();
      }
      if (driver.publish()) {
        kick.signal();
      }
      boolean looking = random.nextBoolean();
      long deadlineNs = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
      while (done < started) {
        int before = done;
        for (int tag = driver.poll(); tag >= 0; tag = driver.poll()) {
          assertThat(driver.status(tag)).isEqualTo(BlkStatus.OK);
          done++;
        }
        if (looking) {
          assertThat(System.nanoTime()).as("answers after %d", done).isLessThan(deadlineNs);
        } else if (done == before && driver.ring().enableInterrupts()) {
          await(call, done);
          driver.ring().suppressInterrupts();
        }
      }
    }
  }

  private static void pause(int spins) {
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
  }

  private static void await(EventFd call, int done) {
    int[] events = {Libc.POLLIN};
    int ready = Libc.poll(new int[] {call.fd()}, events, TIMEOUT_MILLIS);
    assertThat(ready).as("an interrupt after %d requests", done).isEqualTo(1);
    call.drain();
  }
}

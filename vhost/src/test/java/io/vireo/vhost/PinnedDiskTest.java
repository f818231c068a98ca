package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.MemorySubscriber;
import io.vireo.reactor.Reactor;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.blk.BlkOptions;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real queue over a bdev that reaches memory by itself: no page goes while it may write there.
 */
class PinnedDiskTest {
  private static final long MIB = 1 << 20;
  private static final int REQUESTS = 5;

  @TempDir Path dir;
  private final PendingBdev bdev = new PendingBdev("direct", 512, 2048).reachingMemory();
  private final AtomicInteger ended = new AtomicInteger();
  private final List<Integer> endedWhenUnpinned = new CopyOnWriteArrayList<>();
  private TestTarget target;
  private TestDisks disks;
  private Reactor reactor;
  private GuestDisk guest;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    target.registry.subscribe(
        new MemorySubscriber() {
          @Override
          public void registered(long hva, long bytes) {}

          @Override
          public void unregistered(long hva, long bytes) {
            endedWhenUnpinned.add(ended.get());
          }
        });
    disks = new TestDisks(target);
    disks.bdevs.register(bdev);
    reactor = target.reactors.reactors().getFirst();
    BitSet one = new BitSet();
    one.set(reactor.cpu());
    target.server.create(
        "disk", disks.device("direct", BlkOptions.DEFAULT), ControllerOptions.DEFAULT.cpuMask(one));
    FrontendMemory memory = FrontendMemory.of("vireo-test-pinned", 8 * MIB);
    guest = new GuestDisk(target, "disk", 1, 64, memory);
    for (int i = 0; i < REQUESTS; i++) {
      guest.drivers.getFirst().read(i * 8L, 2 * MIB + i * 4096L, 4096);
    }
    guest.publish(0);
    VhostSession session = target.server.require("disk").sessions().getFirst();
    Await.until(() -> session.inFlight() == REQUESTS, "the requests are in flight");
    assertThat(target.registry.regions()).hasSize(1);
  }

  @AfterEach
  void close() {
    reactor.call(
        () -> {
          bdev.completeAll();
          return null;
        });
    target.server.close();
    disks.close();
    target.close();
  }

  private void endRequests(int count) {
    reactor.call(
        () -> {
          for (int i = 0; i < count; i++) {
            ended.incrementAndGet(); // the device has written for the last time
            bdev.complete(0);
          }
          return null;
        });
  }

  @Test
  void a_guest_that_disconnects_with_requests_in_flight_is_unpinned_after_the_last_one() {
    guest.close();
    endRequests(REQUESTS - 1);
    assertThat(target.registry.regions()).hasSize(1);
    endRequests(1);
    target.awaitNoSessions("disk");
    assertThat(endedWhenUnpinned).containsExactly(REQUESTS);
  }

  @Test
  void a_target_that_closes_unpins_after_the_last_request() {
    Background closing = Background.start(target.server::close);
    endRequests(REQUESTS - 1);
    assertThat(closing.isAlive()).isTrue();
    assertThat(endedWhenUnpinned).isEmpty();
    endRequests(1);
    closing.join();
    assertThat(endedWhenUnpinned).containsExactly(REQUESTS);
    guest.close();
  }

  @Test
  void a_bdev_that_is_removed_ends_its_requests_before_anything_is_unpinned() {
    Background removal = Background.start(() -> disks.bdevs.unregister("direct"));
    endRequests(REQUESTS);
    removal.join();
    assertThat(endedWhenUnpinned).isEmpty();
    guest.close();
    target.awaitNoSessions("disk");
    assertThat(endedWhenUnpinned).containsExactly(REQUESTS);
  }
}

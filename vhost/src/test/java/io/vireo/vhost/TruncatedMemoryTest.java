package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Libc;
import io.vireo.memreg.AddressSpace;
import io.vireo.reactor.Reactor;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.blk.BlkOptions;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A front-end that truncates its memory file loses its session; nobody else notices. */
class TruncatedMemoryTest {
  private static final long MIB = 1 << 20;
  private static final String HEALTHY = "vireo-test-healthy";
  private static final String VICTIM = "vireo-test-victim";

  @TempDir Path dir;

  private final AtomicBoolean end = new AtomicBoolean();
  private TestTarget target;
  private TestDisks disks;
  private GuestDisk healthy;
  private Background[] going;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    disks = new TestDisks(target);
    for (String name : new String[] {"a", "b"}) {
      disks.malloc(name, 512, 16384);
      target.create(name, disks.device(name, BlkOptions.DEFAULT.queues(2)));
    }
    healthy = guest("a", 2, HEALTHY);
    going = drive(healthy);
  }

  @AfterEach
  void close() {
    assertThat(target.server.find("a").orElseThrow().sessions()).hasSize(1);
    assertThat(going).allMatch(Background::isAlive);
    end.set(true);
    for (Background driver : going) {
      driver.join();
    }
    healthy.close();
    target.server.close();
    assertThat(target.registry.regions()).isEmpty();
    assertThat(target.mappings.size()).isZero();
    disks.close();
    target.close();
  }

  private GuestDisk guest(String controller, int queues, String memory) {
    return new GuestDisk(target, controller, queues, 64, FrontendMemory.of(memory, 8 * MIB));
  }

  /** Runs requests on both rings until the test ends, or until the memory is gone. */
  private Background[] drive(GuestDisk guest) {
    Background[] drivers = new Background[2];
    for (int i = 0; i < 2; i++) {
      RandomIo io = new RandomIo(guest, i, i * 4096L, 100, 4096, 8, new Random(i));
      drivers[i] =
          Background.start(
              () -> {
                while (!end.get()) {
                  io.run(50);
                }
              });
    }
    return drivers;
  }

  private static void truncate(GuestDisk guest, long bytes) {
    Libc.ftruncate(guest.memory.regions().getFirst().fd(), bytes);
  }

  private static void kickAll(GuestDisk guest) {
    guest.rings.forEach(ring -> ring.kick().signal());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4096, 6000})
  void a_session_whose_rings_are_lost_under_load_ends(long left) {
    try (GuestDisk victim = guest("b", 2, VICTIM)) {
      Background[] dying = drive(victim);
      truncate(victim, left);
      kickAll(victim);
      assertThat(victim.frontend.awaitEnd()).isTrue();
      target.awaitNoSessions("b");
      victim.abandon(); // if its drivers have not met the loss themselves
      Await.until(() -> !dying[0].isAlive() && !dying[1].isAlive(), "the drivers end");
    }
    assertThat(target.faults.get()).isPositive();
  }

  @Test
  void a_session_whose_buffers_are_lost_ends_with_the_first_request_that_needs_them() {
    try (GuestDisk victim = guest("b", 2, VICTIM)) {
      victim.write(0, new byte[4096]);
      truncate(victim, MIB);
      victim.write(8, new byte[4096]);
      victim.drivers.getFirst().read(0, 2 * MIB, 4096);
      victim.publish(0);
      assertThat(victim.frontend.awaitEnd()).isTrue();
      target.awaitNoSessions("b");
    }
  }

  @Test
  void requests_in_flight_to_lost_memory_end_and_then_the_session_does() {
    PendingBdev bdev = new PendingBdev("slow", 512, 2048);
    disks.bdevs.register(bdev);
    Reactor reactor = target.reactors.reactors().getFirst();
    BitSet one = new BitSet();
    one.set(reactor.cpu());
    target.server.create(
        "slow", disks.device("slow", BlkOptions.DEFAULT), ControllerOptions.DEFAULT.cpuMask(one));
    try (GuestDisk victim = guest("slow", 1, VICTIM)) {
      for (int i = 0; i < 3; i++) {
        victim.drivers.getFirst().read(i * 8L, 2 * MIB + i * 4096L, 4096);
      }
      victim.publish(0);
      VhostSession session = target.server.find("slow").orElseThrow().sessions().getFirst();
      Await.until(() -> session.inFlight() == 3, "the requests are in flight");
      truncate(victim, 0);
      kickAll(victim);
      assertThat(victim.frontend.awaitEnd()).isTrue();
    }
    assertThat(target.server.find("slow").orElseThrow().sessions()).hasSize(1);
    assertThat(AddressSpace.named(VICTIM)).isNotEmpty();
    reactor.call(
        () -> {
          bdev.completeAll();
          return null;
        });
    target.awaitNoSessions("slow");
  }

  @Test
  void a_file_that_comes_back_grown_is_seen_as_it_is() {
    GuestDisk victim = guest("b", 1, VICTIM);
    truncate(victim, 0);
    kickAll(victim);
    assertThat(victim.frontend.awaitEnd()).isTrue();
    truncate(victim, 8 * MIB);
    victim.frontend.close();
    try (GuestDisk again = new GuestDisk(target, "b", 1, 64, victim.memory)) {
      again.write(0, new byte[512]);
    }
    victim.rings.forEach(FrontendRing::close);
  }
}

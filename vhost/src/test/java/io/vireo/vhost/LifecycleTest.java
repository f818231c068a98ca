package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.reactor.Uninterrupted;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringFd;
import io.vireo.vhost.message.VringState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that end at any moment leave nothing behind. */
class LifecycleTest {
  private static final long MIB = 1 << 20;
  private static final String MEMORY = "vireo-test-lifecycle";
  @TempDir Path dir;
  private final FakeDevice device = new FakeDevice(2, 256);
  private TestTarget target;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    target.create("disk", device);
  }

  @AfterEach
  void close() {
    device.finishAll();
    target.close();
  }

  /** A hypervisor's whole conversation, step by step, each of which may be the last. */
  private final class Guest implements AutoCloseable {
    private final FrontendMemory memory = FrontendMemory.of(MEMORY, MIB);
    private final VhostUserFrontend frontend = target.connect("disk");
    private final List<FrontendRing> rings = new ArrayList<>();

    List<Runnable> steps() {
      List<Runnable> steps = new ArrayList<>();
      steps.add(() -> {});
      steps.add(() -> frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED));
      steps.add(frontend::openBackendChannel);
      steps.add(() -> frontend.share(memory));
      steps.add(() -> ring(0));
      steps.add(() -> ring(1));
      steps.add(() -> frontend.setDescriptor(Request.SET_VRING_CALL, 0, -1));
      steps.add(() -> frontend.setTable(memory.regions()));
      steps.add(() -> frontend.stop(0));
      steps.add(() -> frontend.setState(Request.SET_VRING_ENABLE, 1, 0));
      steps.add(() -> frontend.stop(1));
      return steps;
    }

    private void ring(int index) {
      FrontendRing ring = new FrontendRing(memory, index, 64, FakeDevice.FEATURES);
      rings.add(ring);
      frontend.start(ring, 0);
    }

    @Override
    public void close() {
      frontend.close();
      rings.forEach(FrontendRing::close);
      memory.close();
    }
  }

  private void assertLeavesNothing(Footprint before) {
    assertThat(Footprint.whenQuiet(target, MEMORY)).isEqualTo(before);
    assertThat(device.queues).allMatch(queue -> queue.drained && queue.destroyed);
    assertThat(target.mappings.size()).isZero();
  }

  /** Everything that is opened once, whatever the number of connections. */
  private Footprint warmedUp() {
    try (Guest guest = new Guest()) {
      guest.steps().forEach(Runnable::run);
    }
    return Footprint.whenQuiet(target, MEMORY);
  }

  @Test
  void a_thousand_connections_that_end_at_any_moment_leave_nothing() {
    Footprint before = warmedUp();
    Random random = new Random(42);
    for (int i = 0; i < 1000; i++) {
      try (Guest guest = new Guest()) {
        List<Runnable> steps = guest.steps();
        steps.subList(0, random.nextInt(steps.size() + 1)).forEach(Runnable::run);
        if (random.nextInt(3) == 0) {
          endInTheMiddle(guest.frontend, random);
        }
      }
    }
    assertLeavesNothing(before);
  }

  /** A message, descriptors included, that breaks off somewhere. */
  private static void endInTheMiddle(VhostUserFrontend frontend, Random random) {
    byte[] payload = Message.encodeU64(new VringFd(0, false).value());
    byte[] whole = new byte[Header.BYTES + payload.length];
    whole[0] = (byte) Request.SET_VRING_KICK.id();
    whole[4] = Header.VERSION;
    whole[8] = (byte) payload.length;
    byte[] part = new byte[1 + random.nextInt(whole.length)];
    System.arraycopy(whole, 0, part, 0, part.length);
    EventFd fd = EventFd.create();
    frontend.raw().sendBytes(part, fd.fd(), fd.fd());
    fd.close();
  }

  @Test
  void many_front_ends_at_once_come_and_go() {
    Footprint before = warmedUp();
    List<Background> guests = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Random random = new Random(i);
      guests.add(Background.start(() -> comeAndGo(25, random)));
    }
    guests.forEach(Background::join);
    assertLeavesNothing(before);
  }

  private void comeAndGo(int times, Random random) {
    for (int i = 0; i < times; i++) {
      try (Guest guest = new Guest()) {
        List<Runnable> steps = guest.steps();
        steps.subList(0, random.nextInt(steps.size() + 1)).forEach(Runnable::run);
      }
    }
  }

  @Test
  void a_vanished_front_ends_memory_stays_until_its_last_request_ends() {
    Footprint before = warmedUp();
    FakeQueue queue;
    try (Guest guest = new Guest()) {
      guest.steps().subList(0, 6).forEach(Runnable::run);
      queue = device.lastQueue();
      queue.take(3);
    }
    Await.until(() -> queue.stopping, "the session ends");
    assertThat(target.mappings.size()).isEqualTo(1);
    assertThat(target.server.find("disk").orElseThrow().sessions()).hasSize(1);
    queue.finish();
    assertLeavesNothing(before);
  }

  @Test
  void a_memory_fault_while_a_queue_is_told_to_stop_does_not_keep_it() {
    Footprint before = warmedUp();
    try (Guest guest = new Guest()) {
      guest.steps().subList(0, 5).forEach(Runnable::run);
      device.lastQueue().faultInStop = new InternalError("another guest's memory");
    }
    assertLeavesNothing(before);
    assertThat(target.faults).hasValue(1);
  }

  @Test
  void a_front_end_that_comes_back_after_a_crash_is_served_while_the_old_session_drains() {
    FakeQueue old;
    try (Guest guest = new Guest()) {
      guest.steps().subList(0, 5).forEach(Runnable::run);
      old = device.lastQueue();
      old.take(1);
    }
    Await.until(() -> old.stopping, "the session ends");
    try (Guest again = new Guest()) {
      again.steps().subList(0, 5).forEach(Runnable::run);
      assertThat(device.lastQueue().started).isTrue();
      assertThat(old.drained).isFalse();
      old.finish();
    }
    target.awaitNoSessions("disk");
  }

  @Test
  void the_server_waits_for_what_is_in_flight_when_it_closes() {
    try (Guest guest = new Guest()) {
      guest.steps().subList(0, 5).forEach(Runnable::run);
      FakeQueue queue = device.lastQueue();
      queue.take(1);
      Thread closer = Thread.ofPlatform().start(target.server::close);
      Await.until(() -> queue.stopping, "the session ends");
      assertThat(closer.isAlive()).isTrue();
      // The connection ends last: a front-end that connects again believes the used index of then.
      assertThat(guest.frontend.raw().receive()).isEmpty();
      assertThat(guest.frontend.raw().ended()).isFalse();
      queue.finish();
      assertThat(guest.frontend.awaitEnd()).isTrue();
      Uninterrupted.run(closer::join);
      assertThat(queue.destroyed).isTrue();
      assertThat(target.mappings.size()).isZero();
    }
  }

  @Test
  void news_reach_a_session_that_waits_for_a_drain() {
    try (Guest guest = new Guest()) {
      guest.steps().subList(0, 5).forEach(Runnable::run);
      FakeQueue queue = device.lastQueue();
      queue.take(1);
      guest.frontend.send(Request.GET_VRING_BASE, new VringState(0, 0).encode());
      Await.until(() -> queue.stopping, "the ring is told to stop");
      device.change();
      assertThat(guest.frontend.awaitBackendRequest()).isPresent();
      queue.finish();
      guest.frontend.receive().close();
    }
    target.awaitNoSessions("disk");
  }
}

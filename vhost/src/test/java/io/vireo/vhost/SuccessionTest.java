package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Libc;
import io.vireo.reactor.Uninterrupted;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringFd;
import io.vireo.vhost.message.VringState;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A front-end that comes back with the memory of a session that is still ending. */
class SuccessionTest {
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

  /** Connects with memory that another session may use as well, and sets a ring up. */
  private VhostUserFrontend connectWith(FrontendMemory memory, FrontendRing ring) {
    VhostUserFrontend frontend = target.connect("disk");
    frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
    frontend.share(memory);
    frontend.setState(Request.SET_VRING_NUM, 0, ring.size());
    frontend.command(Request.SET_VRING_ADDR, ring.address().encode());
    return frontend;
  }

  private static void sendKick(VhostUserFrontend frontend, FrontendRing ring) {
    byte[] which = Message.encodeU64(new VringFd(0, false).value());
    frontend.send(Request.SET_VRING_KICK, which, ring.kick().fd());
  }

  @Test
  void a_front_end_that_comes_back_with_the_same_memory_waits_for_what_its_old_session_writes() {
    FrontendMemory memory = FrontendMemory.of(MEMORY, MIB);
    FrontendRing ring = new FrontendRing(memory, 0, 64, FakeDevice.FEATURES);
    try (VhostUserFrontend first = connectWith(memory, ring)) {
      first.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
      device.lastQueue().take(1);
    }
    FakeQueue old = device.lastQueue();
    Await.until(() -> old.stopping, "the first session ends");

    try (VhostUserFrontend second = connectWith(memory, ring)) {
      sendKick(second, ring);
      second.send(Request.GET_QUEUE_NUM, new byte[0]);
      int[] fd = {second.raw().fd()};
      assertThat(Libc.poll(fd, new int[] {Libc.POLLIN}, 200)).isZero();
      assertThat(device.queues).hasSize(1);
      old.finish();
      second.receive().close();
      assertThat(old.drained).isTrue();
      assertThat(device.queues).hasSize(2);
    }
    target.awaitNoSessions("disk");
    ring.close();
    memory.close();
  }

  private static boolean waitsForPredecessors(String session) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().equals(session))
        .map(thread -> Arrays.stream(thread.getValue()).map(StackTraceElement::getMethodName))
        .map(Stream::toList)
        .anyMatch(
            stack ->
                stack.containsAll(List.of("awaitPredecessors", "poll"))
                    && !stack.contains("frontendGone"));
  }

  @Test
  void a_front_end_waits_for_an_old_session_that_has_not_seen_its_own_end_yet() {
    FrontendMemory memory = FrontendMemory.of(MEMORY, MIB);
    FrontendRing ring = new FrontendRing(memory, 0, 64, FakeDevice.FEATURES);
    FakeQueue old;
    try (VhostUserFrontend first = connectWith(memory, ring)) {
      first.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
      old = device.lastQueue();
      old.take(1);
      first.send(Request.GET_VRING_BASE, new VringState(0, 0).encode());
      Await.until(() -> old.stopping, "the first session waits for a drain, not for its socket");
    }

    try (VhostUserFrontend second = connectWith(memory, ring)) {
      sendKick(second, ring);
      try {
        Await.until(() -> waitsForPredecessors("disk#2"), "the second session waits");
        assertThat(device.queues).hasSize(1);
      } finally {
        old.finish();
      }
      second.askNumber(Request.GET_QUEUE_NUM);
      assertThat(device.queues).hasSize(2);
    }
    target.awaitNoSessions("disk");
    ring.close();
    memory.close();
  }

  @Test
  void sessions_that_wait_for_another_end_with_the_server() {
    FrontendMemory memory = FrontendMemory.of(MEMORY, MIB);
    FrontendRing ring = new FrontendRing(memory, 0, 64, FakeDevice.FEATURES);
    try (VhostUserFrontend first = connectWith(memory, ring)) {
      first.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
      device.lastQueue().take(1);
    }
    FakeQueue queue = device.lastQueue();
    Await.until(() -> queue.stopping, "the first session ends");
    try (VhostUserFrontend second = connectWith(memory, ring);
        VhostUserFrontend third = connectWith(memory, ring)) {
      sendKick(second, ring);
      sendKick(third, ring);
      Thread closer = Thread.ofPlatform().start(target.server::close);
      assertThat(second.awaitEnd()).isTrue();
      assertThat(third.awaitEnd()).isTrue();
      queue.finish();
      Uninterrupted.run(closer::join);
    }
    ring.close();
    memory.close();
    assertThat(device.queues).as("started by sessions that were to end").hasSize(1);
    assertThat(target.mappings.size()).isZero();
  }
}

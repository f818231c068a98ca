package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.MemoryRegistry.Region;
import io.vireo.memreg.MemorySubscriber;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.MemoryRegion;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** Guests' memory is registered for devices while a controller wants that, and only then. */
class PinningTest extends ProtocolTest {
  private static final long GIB = 1L << 30;

  /** A driver of a device: notes what it is told, and what the queue knew then. */
  private final class Driver implements MemorySubscriber {
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile LongPredicate refused = bytes -> false;

    @Override
    public void registered(long hva, long bytes) {
      if (refused.test(bytes)) {
        throw new IllegalStateException("no more than a page may be locked");
      }
      events.add("+" + bytes / MIB + regionsOfQueue());
    }

    @Override
    public void unregistered(long hva, long bytes) {
      events.add("-" + bytes / MIB + regionsOfQueue());
    }

    private String regionsOfQueue() {
      return device.queues.isEmpty()
          ? ""
          : " of " + device.lastQueue().memory.regions().size() + busy(device.lastQueue());
    }

    private static String busy(FakeQueue queue) {
      return queue.inFlight.get() > 0 ? " busy" : "";
    }
  }

  private Driver subscribed() {
    Driver driver = new Driver();
    target.registry.subscribe(driver);
    return driver;
  }

  private VhostSession session(String controller) {
    return target.server.require(controller).sessions().getFirst();
  }

  private PinnedMemory pinned() {
    return session("disk").pinnedMemory();
  }

  @Test
  void memory_that_no_device_reaches_is_mapped_only() {
    startRing(0, 0);
    assertThat(target.mappings.size()).isEqualTo(1);
    assertThat(target.registry.regions()).isEmpty();
    assertThat(pinned()).isEqualTo(new PinnedMemory(4 * MIB, 0, null));
    assertThat(target.server.require("disk").pinsGuestMemory()).isFalse();
  }

  @Test
  void memory_is_pinned_before_a_queue_uses_it_and_until_none_does() {
    device.dma = true;
    Driver driver = subscribed();
    startRing(0, 0);
    FrontendMemory.Region extra = memory.add(GIB, MIB);
    frontend.addRegion(extra);
    assertThat(pinned()).isEqualTo(new PinnedMemory(5 * MIB, 5 * MIB, null));
    FakeQueue queue = device.lastQueue();
    queue.take(1);
    byte[] payload = extra.description().encodeSingle();
    frontend.raw().send(Request.REM_MEM_REG.id(), Header.VERSION | Header.NEED_REPLY, payload);
    Await.until(() -> queue.memory.regions().size() == 1, "the queue has the new table");
    assertThat(driver.events).containsExactly("+4", "+1 of 1");
    queue.finish();
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isZero();
    }
    assertThat(driver.events).containsExactly("+4", "+1 of 1", "-1 of 1");
    assertThat(pinned()).isEqualTo(new PinnedMemory(4 * MIB, 4 * MIB, null));
  }

  @Test
  void a_guest_that_vanishes_stays_pinned_until_its_last_request_ends() {
    device.dma = true;
    Driver driver = subscribed();
    startRing(0, 0);
    FakeQueue queue = device.lastQueue();
    queue.take(2);
    frontend.close();
    Await.until(() -> queue.stopping, "the session ends");
    assertThat(driver.events).containsExactly("+4");
    assertThat(target.registry.regions()).hasSize(1);
    queue.finish();
    target.awaitNoSessions("disk");
    assertThat(driver.events).containsExactly("+4", "-4 of 1");
    assertThat(target.registry.regions()).isEmpty();
  }

  @Test
  void disks_of_one_guest_pin_its_memory_once_and_until_the_last_one_goes() {
    device.dma = true;
    Driver driver = subscribed();
    FakeDevice ordinary = new FakeDevice(1, 256);
    FakeDevice second = new FakeDevice(1, 256);
    second.dma = true;
    target.create("ordinary", ordinary);
    target.create("second", second);
    frontend.share(memory);
    try (VhostUserFrontend other = connected("second")) {
      other.share(memory);
      try (VhostUserFrontend bystander = connected("ordinary")) {
        bystander.share(memory);
        assertThat(target.mappings.size()).isEqualTo(1);
        assertThat(session("ordinary").pinnedMemory().pinnedBytes()).isZero();
        frontend.close();
        target.awaitNoSessions("disk");
        assertThat(driver.events).containsExactly("+4");
      }
    }
    target.awaitNoSessions("second");
    target.awaitNoSessions("ordinary");
    assertThat(driver.events).containsExactly("+4", "-4");
  }

  private VhostUserFrontend connected(String controller) {
    VhostUserFrontend other = target.connect(controller);
    other.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
    return other;
  }

  @Test
  void an_operator_can_rule_pinning_out() {
    FakeDevice reaching = new FakeDevice(1, 256);
    reaching.dma = true;
    target.server.create("copied", reaching, ControllerOptions.DEFAULT.pinGuestMemory(false));
    assertThat(target.server.require("copied").pinsGuestMemory()).isFalse();
    try (VhostUserFrontend other = connected("copied")) {
      other.share(memory);
      assertThat(target.registry.regions()).isEmpty();
      assertThat(session("copied").pinnedMemory()).isEqualTo(new PinnedMemory(4 * MIB, 0, null));
    }
    target.awaitNoSessions("copied");
  }

  @Test
  void what_cannot_be_pinned_is_told_once_and_works_all_the_same() {
    device.dma = true;
    Driver driver = subscribed();
    driver.refused = bytes -> bytes > MIB;
    try (LogCapture log = new LogCapture(MemoryPins.class)) {
      memory.add(GIB, MIB);
      memory.add(2 * GIB, 2 * MIB);
      startRing(0, 0);
      assertThat(log.lines())
          .containsExactly(
              "disk#1: guest memory is not pinned, so its data are copied: no more than a page may"
                  + " be locked");
    }
    assertThat(device.lastQueue().started).isTrue();
    assertThat(pinned())
        .isEqualTo(new PinnedMemory(7 * MIB, MIB, "no more than a page may be locked"));
    assertThat(target.registry.regions()).extracting(Region::bytes).containsExactly(MIB);
    driver.refused = bytes -> false;
    frontend.setTable(memory.regions());
    assertThat(pinned()).isEqualTo(new PinnedMemory(7 * MIB, 7 * MIB, null));
  }

  @Test
  void a_device_that_begins_to_reach_memory_has_that_of_connected_guests_pinned_and_unpinned() {
    Driver driver = subscribed();
    startRing(0, 0);
    device.dma = true;
    device.change();
    Await.until(() -> pinned().pinnedBytes() == 4 * MIB, "pinned");
    device.change(); // once is enough
    device.dma = false;
    device.change();
    Await.until(() -> pinned().pinnedBytes() == 0, "unpinned");
    assertThat(driver.events).containsExactly("+4 of 1", "-4 of 1");
    assertThat(target.registry.regions()).isEmpty();
  }

  @Test
  void a_table_that_is_refused_leaves_nothing_pinned() {
    device.dma = true;
    Driver driver = subscribed();
    frontend.share(memory);
    int other = memfd();
    FrontendMemory.Region there = memory.regions().getFirst();
    assertRefused(
        () ->
            frontend.command(
                Request.ADD_MEM_REG,
                new MemoryRegion(GIB, MIB, there.hva(), 0).encodeSingle(),
                other));
    assertThat(driver.events).containsExactly("+4", "+1", "-1");
    assertThat(pinned()).isEqualTo(new PinnedMemory(4 * MIB, 4 * MIB, null));
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.virtio.Coalescing;
import org.junit.jupiter.api.Test;

/** How a controller's coalescing reaches its queues. */
class CoalescingQueuesTest extends ProtocolTest {
  private static final Coalescing SOME = new Coalescing(80, 60_000);
  private static final Coalescing OTHER = new Coalescing(5, 1_000);

  private VhostController controller() {
    return target.server.controllers().getFirst();
  }

  @Test
  void queues_that_run_and_those_to_come_use_it() {
    startRing(0, 0);
    FakeQueue running = device.lastQueue();
    assertThat(running.coalescing).isEqualTo(Coalescing.OFF);
    controller().coalesce(SOME);
    assertThat(running.coalescing).isEqualTo(SOME);
    startRing(1, 0);
    assertThat(device.lastQueue()).isNotSameAs(running);
    assertThat(device.lastQueue().coalescing).isEqualTo(SOME);
    controller().coalesce(Coalescing.OFF);
    assertThat(running.coalescing).isEqualTo(Coalescing.OFF);
    assertThat(device.lastQueue().coalescing).isEqualTo(Coalescing.OFF);
  }

  @Test
  void a_ring_that_is_started_again_uses_it() {
    FrontendRing ring = startRing(0, 0);
    controller().coalesce(SOME);
    int next = frontend.stop(0);
    frontend.start(ring, next);
    assertThat(device.queues).hasSize(2);
    assertThat(device.lastQueue().coalescing).isEqualTo(SOME);
  }

  @Test
  void a_controller_that_is_made_with_it_has_it() {
    VhostController made =
        target.server.create(
            "made", new FakeDevice(1, 16), ControllerOptions.DEFAULT.coalescing(SOME));
    assertThat(made.coalescing()).isEqualTo(SOME);
  }

  @Test
  void of_changes_at_once_all_queues_keep_the_one_that_is_shown() {
    for (int round = 0; round < 50; round++) {
      controller().coalesce(Coalescing.OFF);
      Background one = Background.start(() -> controller().coalesce(SOME));
      Background other = Background.start(() -> controller().coalesce(OTHER));
      startRing(round % 2, 0);
      one.join();
      other.join();
      assertThat(controller().coalescing()).isIn(SOME, OTHER);
      assertThat(device.lastQueue().coalescing).isEqualTo(controller().coalescing());
      frontend.stop(round % 2);
    }
  }
}

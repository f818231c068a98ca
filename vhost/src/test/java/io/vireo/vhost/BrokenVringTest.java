package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.message.Request;
import io.vireo.virtio.BreakReason;
import org.junit.jupiter.api.Test;

/** Rings that their guest has broken. */
class BrokenVringTest extends ProtocolTest {
  @Test
  void a_broken_ring_signals_its_error_descriptor_and_the_others_go_on() {
    FrontendRing broken = startRing(0, 0);
    FrontendRing healthy = startRing(1, 0);
    device.queues.getFirst().breakWith(BreakReason.CHAIN_TOO_LONG);
    assertThat(FrontendRing.await(broken.err(), TestTarget.TIMEOUT_MILLIS)).isTrue();
    assertThat(FrontendRing.await(healthy.err(), 0)).isFalse();
    assertThat(device.lastQueue().stopping).isFalse();
    assertThat(frontend.stop(0)).isZero();
    assertThat(frontend.stop(1)).isZero();
    assertThat(target.server.require("disk").brokenRings()).isEqualTo(1);
  }

  @Test
  void a_guest_that_breaks_its_ring_again_and_again_fills_no_log() {
    try (LogCapture log = new LogCapture(Vring.class)) {
      FrontendRing ring = startRing(0, 0);
      for (int i = 0; i < 5; i++) {
        device.lastQueue().breakWith(BreakReason.CHAIN_TOO_LONG);
        assertThat(FrontendRing.await(ring.err(), TestTarget.TIMEOUT_MILLIS)).isTrue();
        frontend.stop(0);
        frontend.start(ring, 0);
      }
      device.lastQueue().breakWith(BreakReason.CHAIN_TOO_BIG);
      assertThat(FrontendRing.await(ring.err(), TestTarget.TIMEOUT_MILLIS)).isTrue();
      assertThat(log.lines())
          .containsExactly(
              "disk#1: ring 0 is broken: a descriptor chain has a loop or is too long",
              "disk#1: ring 0 is broken: a descriptor chain has more than 2^32 bytes");
      assertThat(target.server.require("disk").brokenRings()).as("all count").isEqualTo(6);
    }
  }

  @Test
  void a_ring_that_is_set_up_anew_after_a_break_is_not_called_broken() {
    FrontendRing ring = startRing(0, 0);
    device.lastQueue().breakWith(BreakReason.CHAIN_TOO_LONG);
    assertThat(FrontendRing.await(ring.err(), TestTarget.TIMEOUT_MILLIS)).isTrue();
    frontend.stop(0);
    frontend.start(ring, 0);
    assertThat(FrontendRing.await(ring.err(), 0)).isFalse();
  }

  @Test
  void an_error_descriptor_that_comes_after_the_break_is_signalled_at_once() {
    FrontendRing ring = startRing(0, 0);
    device.lastQueue().breakWith(BreakReason.HEAD_IN_FLIGHT);
    assertThat(FrontendRing.await(ring.err(), TestTarget.TIMEOUT_MILLIS)).isTrue();
    EventFd late = EventFd.create();
    frontend.setDescriptor(Request.SET_VRING_ERR, 0, late.fd());
    assertThat(FrontendRing.await(late, 0)).isTrue();
    late.close();
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringState;
import io.vireo.virtio.VirtioFeatures;
import org.junit.jupiter.api.Test;

/** Section "Ring states" and the SET_VRING requests. */
class VringTest extends ProtocolTest {
  @Test
  void a_ring_is_started_by_its_kick_descriptor_with_all_that_was_set() {
    FrontendRing ring = startRing(2, 77);
    FakeQueue queue = device.lastQueue();
    assertThat(queue.started).isTrue();
    assertThat(queue.config.index()).isEqualTo(2);
    assertThat(queue.config.size()).isEqualTo(QUEUE_SIZE);
    assertThat(queue.config.nextAvail()).isEqualTo(77);
    assertThat(queue.config.features()).isEqualTo(FakeDevice.FEATURES);
    assertThat(queue.config.descUva()).isEqualTo(ring.address().descriptorUva());
    assertThat(queue.config.availUva()).isEqualTo(ring.address().availableUva());
    assertThat(queue.config.usedUva()).isEqualTo(ring.address().usedUva());
    assertThat(queue.config.memory().regions()).hasSize(1);
    queue.call.signal();
    assertThat(FrontendRing.await(ring.call(), 0)).isTrue();
  }

  @Test
  void with_protocol_features_a_ring_begins_disabled() {
    frontend.share(memory);
    FrontendRing ring = newRing(0);
    setUp(ring);
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
    assertThat(device.lastQueue().started).isTrue();
    assertThat(device.lastQueue().enabled).isFalse();
    frontend.setState(Request.SET_VRING_ENABLE, 0, 1);
    assertThat(device.lastQueue().enabled).isTrue();
    frontend.setState(Request.SET_VRING_ENABLE, 0, 0);
    assertThat(device.lastQueue().enabled).isFalse();
    assertThat(device.queues).hasSize(1);
  }

  private void setUp(FrontendRing ring) {
    frontend.setState(Request.SET_VRING_NUM, ring.index(), ring.size());
    frontend.setState(Request.SET_VRING_BASE, ring.index(), 0);
    frontend.command(Request.SET_VRING_ADDR, ring.address().encode());
  }

  @Test
  void without_protocol_features_a_ring_begins_enabled() {
    frontend.command(Request.SET_FEATURES, Message.encodeU64(FakeDevice.FEATURES));
    frontend.share(memory);
    FrontendRing ring = newRing(0);
    setUp(ring);
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
    assertThat(device.lastQueue().enabled).isTrue();
  }

  @Test
  void features_set_again_change_nothing_on_a_running_ring() {
    startRing(0, 0);
    // A front-end that begins to migrate adds VHOST_F_LOG_ALL, which is not offered.
    long logAll = 1L << 26 | FakeDevice.FEATURES | ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    frontend.command(Request.SET_FEATURES, Message.encodeU64(logAll));
    assertThat(device.queues).hasSize(1);
    assertThat(device.lastQueue().enabled).isTrue();
  }

  @Test
  void other_features_on_a_running_ring_make_it_begin_anew_where_it_was() {
    startRing(0, 5);
    device.lastQueue().take(3);
    device.lastQueue().finish();
    long fewer = VirtioFeatures.VERSION_1 | ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    frontend.command(Request.SET_FEATURES, Message.encodeU64(fewer));
    assertThat(device.queues).hasSize(2);
    assertThat(device.queues.getFirst().destroyed).isTrue();
    assertThat(device.lastQueue().config.features()).isEqualTo(VirtioFeatures.VERSION_1);
    assertThat(device.lastQueue().config.nextAvail()).isEqualTo(8);
    assertThat(device.lastQueue().enabled).isTrue();
  }

  @Test
  void a_ring_may_be_set_up_in_any_order() {
    FrontendRing ring = newRing(1);
    frontend.setDescriptor(Request.SET_VRING_KICK, 1, ring.kick().fd());
    frontend.setState(Request.SET_VRING_ENABLE, 1, 1);
    frontend.command(Request.SET_VRING_ADDR, ring.address().encode());
    frontend.setState(Request.SET_VRING_BASE, 1, 9);
    frontend.share(memory);
    assertThat(device.queues).isEmpty();
    frontend.setState(Request.SET_VRING_NUM, 1, QUEUE_SIZE);
    assertThat(device.lastQueue().started).isTrue();
    assertThat(device.lastQueue().enabled).isTrue();
    assertThat(device.lastQueue().config.nextAvail()).isEqualTo(9);
  }

  @Test
  void a_ring_that_waits_for_its_memory_starts_when_that_comes() {
    FrontendRing ring = newRing(1);
    frontend.start(ring, 0);
    assertThat(device.queues).isEmpty();
    frontend.share(memory);
    assertThat(device.lastQueue().started).isTrue();
  }

  @Test
  void GET_VRING_BASE_stops_a_ring_and_answers_the_next_index() {
    startRing(0, 65530);
    device.lastQueue().take(10);
    device.lastQueue().finish();
    assertThat(frontend.stop(0)).isEqualTo(4);
    assertThat(device.lastQueue().drained).isTrue();
    assertThat(device.lastQueue().destroyed).isTrue();
    assertThat(frontend.stop(0)).isEqualTo(4);
  }

  @Test
  void GET_VRING_BASE_waits_for_what_is_in_flight() {
    startRing(0, 0);
    FakeQueue queue = device.lastQueue();
    queue.take(2);
    frontend.send(Request.GET_VRING_BASE, new VringState(0, 0).encode());
    Await.until(() -> queue.stopping, "the queue is told to stop");
    assertThat(queue.drained).isFalse();
    queue.finish();
    try (Message reply = frontend.receive()) {
      assertThat(reply.vringState()).isEqualTo(new VringState(0, 2));
    }
  }

  @Test
  void GET_VRING_BASE_of_a_ring_that_never_started_answers_what_was_set() {
    // Some front-ends send it without SET_VRING_ENABLE 0, and for rings never set up.
    assertThat(frontend.stop(3)).isZero();
    frontend.setState(Request.SET_VRING_BASE, 3, 123);
    assertThat(frontend.stop(3)).isEqualTo(123);
  }

  @Test
  void a_stopped_ring_starts_again_with_its_next_kick_descriptor() {
    FrontendRing ring = startRing(0, 0);
    device.lastQueue().take(7);
    device.lastQueue().finish();
    frontend.setState(Request.SET_VRING_ENABLE, 0, 0);
    frontend.stop(0);
    frontend.setState(Request.SET_VRING_ENABLE, 0, 1);
    assertThat(device.queues).hasSize(1);
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
    assertThat(device.queues).hasSize(2);
    assertThat(device.lastQueue().config.nextAvail()).isEqualTo(7);
    assertThat(device.lastQueue().enabled).isTrue();
  }

  @Test
  void firmware_hands_a_ring_over_to_a_driver_with_another_size_and_place() {
    startRing(0, 0);
    device.lastQueue().take(100);
    device.lastQueue().finish();
    assertThat(frontend.stop(0)).isEqualTo(100);
    FrontendRing larger = new FrontendRing(memory, 0, 1024, FakeDevice.FEATURES);
    frontend.start(larger, 0);
    assertThat(device.lastQueue().config.size()).isEqualTo(1024);
    assertThat(device.lastQueue().config.nextAvail()).isZero();
  }

  @Test
  void enabling_a_ring_that_was_never_set_up_does_no_harm() {
    frontend.setState(Request.SET_VRING_ENABLE, 3, 1);
    frontend.setState(Request.SET_VRING_ENABLE, 3, 0);
    assertThat(device.queues).isEmpty();
    assertRefused(() -> frontend.setState(Request.SET_VRING_ENABLE, 3, 2));
  }

  @Test
  void the_call_descriptor_of_a_running_ring_is_swapped() {
    // MSI-X masking does this all the time.
    startRing(0, 0);
    FakeQueue queue = device.lastQueue();
    EventFd other = EventFd.create();
    frontend.setDescriptor(Request.SET_VRING_CALL, 0, other.fd());
    assertThat(queue.calls).hasValue(1);
    queue.call.signal();
    assertThat(FrontendRing.await(other, 0)).isTrue();
    frontend.setDescriptor(Request.SET_VRING_CALL, 0, -1);
    assertThat(queue.call).isNull();
    other.close();
  }

  @Test
  void the_kick_descriptor_of_a_running_ring_is_swapped_without_stopping_it() {
    FrontendRing ring = startRing(0, 0);
    EventFd other = EventFd.create();
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, other.fd());
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, -1);
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, ring.kick().fd());
    assertThat(device.queues).hasSize(1);
    assertThat(frontend.stop(0)).isZero();
    other.close();
  }

  @Test
  void a_ring_without_kick_and_call_descriptors_runs() {
    frontend.share(memory);
    FrontendRing ring = newRing(0);
    setUp(ring);
    frontend.setDescriptor(Request.SET_VRING_CALL, 0, -1);
    frontend.setDescriptor(Request.SET_VRING_ERR, 0, -1);
    frontend.setDescriptor(Request.SET_VRING_KICK, 0, -1);
    assertThat(device.lastQueue().started).isTrue();
    assertThat(device.lastQueue().call).isNull();
    assertThat(frontend.stop(0)).isZero();
  }

  @Test
  void the_same_addresses_on_a_running_ring_change_nothing_and_others_move_it() {
    FrontendRing ring = startRing(0, 0);
    frontend.command(Request.SET_VRING_ADDR, ring.address().encode());
    assertThat(device.queues).hasSize(1);
    device.lastQueue().take(4);
    device.lastQueue().finish();
    FrontendRing elsewhere = newRing(0);
    frontend.command(Request.SET_VRING_ADDR, elsewhere.address().encode());
    assertThat(device.queues).hasSize(2);
    assertThat(device.queues.getFirst().drained).isTrue();
    assertThat(device.lastQueue().config.descUva()).isEqualTo(elsewhere.address().descriptorUva());
    assertThat(device.lastQueue().config.nextAvail()).isEqualTo(4);
  }

  @Test
  void the_queues_of_a_session_run_together_unless_they_are_to_be_spread() {
    for (int i = 0; i < QUEUES; i++) {
      startRing(i, 0);
    }
    assertThat(device.queues.stream().map(q -> q.reactor).distinct()).hasSize(1);
  }
}

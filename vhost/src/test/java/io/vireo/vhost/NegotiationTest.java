package io.vireo.vhost;

import static io.vireo.vhost.message.ProtocolFeatures.REPLY_ACK;
import static io.vireo.vhost.message.ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import io.vireo.virtio.VirtioFeatures;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NegotiationTest {
  private static final int VERSION = Header.VERSION;
  private static final int NEED_REPLY = Header.VERSION | Header.NEED_REPLY;

  @TempDir Path dir;

  private final FakeDevice device = new FakeDevice(4, 1024);
  private TestTarget target;
  private VhostUserFrontend frontend;

  @BeforeEach
  void connect() {
    target = new TestTarget(dir);
    target.create("disk", device);
    frontend = target.connect("disk");
  }

  @AfterEach
  void close() {
    frontend.close();
    target.close();
  }

  private void negotiate(long protocolFeatures) {
    frontend.negotiate(FakeDevice.FEATURES, protocolFeatures);
  }

  /** The next message is the reply to GET_QUEUE_NUM: nothing else is on its way. */
  private void assertNothingElseCame() {
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(4);
  }

  @Test
  void features_are_the_devices_and_the_bit_of_protocol_features() {
    assertThat(frontend.askNumber(Request.GET_FEATURES))
        .isEqualTo(FakeDevice.FEATURES | VHOST_USER_F_PROTOCOL_FEATURES);
  }

  @Test
  void a_reply_repeats_the_request_and_is_marked_as_reply_of_version_1() {
    try (Message reply = frontend.ask(Request.GET_FEATURES, new byte[0])) {
      assertThat(reply.header()).isEqualTo(new Header(1, VERSION | Header.REPLY, 8));
    }
  }

  @Test
  void protocol_features_are_answered_before_SET_FEATURES() {
    // Exactly those: LOG_SHMFD, INFLIGHT_SHMFD, GPA_ADDRESSES (once SHMEM) and the others are not
    // offered.
    assertThat(frontend.askNumber(Request.GET_PROTOCOL_FEATURES))
        .isEqualTo(1 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 15);
    frontend.send(Request.SET_PROTOCOL_FEATURES, Message.encodeU64(REPLY_ACK));
    frontend.raw().send(Request.SET_OWNER.id(), NEED_REPLY, new byte[0]);
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isZero();
    }
  }

  @Test
  void feature_bits_that_were_not_offered_are_ignored() {
    frontend.send(Request.SET_FEATURES, Message.encodeU64(-1L));
    assertNothingElseCame();
    assertThat(device.acked).containsExactly(FakeDevice.FEATURES);
  }

  @Test
  void protocol_feature_bits_that_were_not_offered_are_ignored() {
    // 21 is GPA_ADDRESSES, which old rust-vmm takes for SHMEM.
    negotiate(-1L);
    frontend.send(Request.SET_PROTOCOL_FEATURES, Message.encodeU64(-1L));
    frontend.raw().send(Request.SET_OWNER.id(), NEED_REPLY, new byte[0]);
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isZero();
    }
  }

  @Test
  void features_may_be_set_twice_by_the_firmware_and_by_the_driver() {
    negotiate(ProtocolFeatures.OFFERED);
    long fewer = VirtioFeatures.VERSION_1 | VHOST_USER_F_PROTOCOL_FEATURES;
    frontend.command(Request.SET_FEATURES, Message.encodeU64(fewer));
    assertThat(device.acked).containsExactly(FakeDevice.FEATURES, VirtioFeatures.VERSION_1);
  }

  @Test
  void the_number_of_queues_is_the_devices() {
    // crosvm takes it for the actual number, QEMU refuses more than this.
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(4);
  }

  @Test
  void there_are_509_memory_slots() {
    assertThat(frontend.askNumber(Request.GET_MAX_MEM_SLOTS)).isEqualTo(509);
  }

  @Test
  void owner_requests_do_nothing_at_any_time() {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.command(Request.SET_OWNER, new byte[0]);
    frontend.command(Request.RESET_OWNER, new byte[0]);
    frontend.command(Request.SET_OWNER, new byte[0]);
    assertThat(device.acked).hasSize(1);
  }

  @Test
  void no_code_is_sent_unless_REPLY_ACK_was_negotiated() {
    frontend.raw().send(Request.SET_OWNER.id(), NEED_REPLY, new byte[0]);
    assertNothingElseCame();
  }

  @Test
  void no_code_is_sent_unless_it_is_asked_for() {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.send(Request.SET_OWNER, new byte[0]);
    assertNothingElseCame();
  }

  @Test
  void a_request_with_a_reply_gets_no_code_besides() {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.raw().send(Request.GET_FEATURES.id(), NEED_REPLY, new byte[0]);
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isEqualTo(FakeDevice.FEATURES | VHOST_USER_F_PROTOCOL_FEATURES);
    }
    assertNothingElseCame();
  }

  @Test
  void a_refused_request_gets_a_code_that_is_not_zero_and_the_session_goes_on() {
    negotiate(ProtocolFeatures.OFFERED);
    assertThatThrownBy(() -> frontend.setState(Request.SET_VRING_NUM, 0, 300))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("answered 1");
    assertNothingElseCame();
  }

  @Test
  void a_refused_request_ends_the_session_when_nobody_waits_for_a_code() {
    frontend.setState(Request.SET_VRING_NUM, 0, 300);
    assertThat(frontend.awaitEnd()).isTrue();
  }

  /** SET_LOG_BASE, SET_LOG_FD, IOTLB_MSG, GET/SET_INFLIGHT_FD, RESET_DEVICE, SET_STATUS, none. */
  @ParameterizedTest
  @ValueSource(ints = {6, 7, 22, 31, 32, 34, 39, 45, 1000, -1})
  void a_request_that_is_not_offered_is_refused(int id) {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.raw().send(id, NEED_REPLY, new byte[20]);
    try (Message reply = frontend.receive()) {
      assertThat(reply.header().request()).isEqualTo(id);
      assertThat(reply.u64()).isNotZero();
    }
    assertNothingElseCame();
    frontend.raw().send(id, VERSION, new byte[20]);
    assertThat(frontend.awaitEnd()).isTrue();
  }

  @Test
  void a_front_end_that_is_refused_again_and_again_fills_no_log() {
    negotiate(ProtocolFeatures.OFFERED);
    try (LogCapture log = new LogCapture(Dispatcher.class)) {
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() -> frontend.setState(Request.SET_VRING_NUM, 0, 300))
            .isInstanceOf(ProtocolException.class);
      }
      assertThat(log.lines()).hasSizeBetween(1, LineLimit.BURST);
      assertThat(log.lines().getFirst())
          .isEqualTo(
              "disk#1: refused SET_VRING_NUM: ring 0: queue size 300 is not a power of two"
                  + " (Front-end message types)");
    }
  }

  @Test
  void a_payload_of_the_wrong_size_is_refused() {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.raw().send(Request.SET_FEATURES.id(), NEED_REPLY, new byte[7]);
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isNotZero();
    }
    frontend.raw().send(Request.GET_FEATURES.id(), NEED_REPLY, new byte[8]);
    assertThat(frontend.awaitEnd()).isTrue();
  }

  @Test
  void a_message_marked_as_reply_or_of_another_version_ends_the_session() {
    negotiate(ProtocolFeatures.OFFERED);
    frontend.raw().send(Request.SET_OWNER.id(), NEED_REPLY | Header.REPLY, new byte[0]);
    assertThat(frontend.awaitEnd()).isTrue();
    try (VhostUserFrontend other = target.connect("disk")) {
      other.raw().send(Request.GET_FEATURES.id(), 2, new byte[0]);
      assertThat(other.awaitEnd()).isTrue();
    }
  }

  @Test
  void a_front_end_without_multiqueue_and_acknowledgement_is_served() {
    // Firecracker negotiates CONFIG only, never asks for the number of queues, reads 60 bytes.
    negotiate(ProtocolFeatures.CONFIG);
    assertThat(frontend.config(0, 60)).isEqualTo(device.config());
  }

  @Test
  void a_front_end_without_protocol_features_is_served() {
    negotiate(0);
    assertNothingElseCame();
    assertThat(device.acked).containsExactly(FakeDevice.FEATURES);
  }

  @Test
  void requests_may_be_sent_ahead_of_their_replies() {
    for (int i = 0; i < 50; i++) {
      frontend.send(Request.GET_FEATURES, new byte[0]);
      frontend.send(Request.GET_QUEUE_NUM, new byte[0]);
    }
    for (int i = 0; i < 50; i++) {
      frontend.receive().close();
      try (Message reply = frontend.receive()) {
        assertThat(reply.u64()).isEqualTo(4);
      }
    }
  }

  @Test
  void a_front_end_that_does_not_read_its_replies_is_left() {
    assertThatThrownBy(
            () -> {
              while (true) {
                frontend.send(Request.GET_FEATURES, new byte[0]);
              }
            })
        .hasMessageContaining("send of a message");
  }
}

package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.BackendRequest;
import io.vireo.vhost.message.ConfigSpace;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** GET_CONFIG, SET_CONFIG and CONFIG_CHANGE. */
class ConfigTest extends ProtocolTest {
  private static final byte[] NOTHING = {};

  @Test
  void any_part_of_the_configuration_can_be_read() {
    byte[] config = device.config();
    assertThat(frontend.config(0, FakeDevice.CONFIG_BYTES)).isEqualTo(config);
    for (int offset = 0; offset < config.length; offset += 7) {
      for (int size = 0; size <= config.length - offset; size += 5) {
        assertThat(frontend.config(offset, size))
            .isEqualTo(Arrays.copyOfRange(config, offset, offset + size));
      }
    }
  }

  @Test
  void what_lies_behind_the_configuration_reads_as_zeros() {
    // Old cloud-hypervisor reads at offset 0x100, SPDK's initiator 256 bytes from 0 on.
    assertThat(frontend.config(0x100, 60)).isEqualTo(new byte[60]);
    assertThat(frontend.config(-1, 8)).isEqualTo(new byte[8]);
    assertThat(frontend.config(0, 256)).isEqualTo(Arrays.copyOf(device.config(), 256));
    assertThat(frontend.config(58, 4)).containsExactly(59, 60, 0, 0);
  }

  @Test
  void a_reply_is_as_long_as_the_request_and_repeats_its_offset() {
    byte[] request = new ConfigSpace(8, 0, new byte[24]).encode();
    try (Message reply = frontend.ask(Request.GET_CONFIG, request)) {
      assertThat(reply.header().size()).isEqualTo(12 + 24);
      assertThat(reply.configWrite().offset()).isEqualTo(8);
    }
  }

  @Test
  void a_request_without_room_for_the_answer_or_with_more_is_answered() {
    byte[] wanted = new ConfigSpace(0, 0, new byte[16]).encode();
    try (Message reply = frontend.ask(Request.GET_CONFIG, Arrays.copyOf(wanted, 12))) {
      assertThat(reply.configWrite().bytes()).isEqualTo(Arrays.copyOf(device.config(), 16));
    }
    try (Message reply = frontend.ask(Request.GET_CONFIG, Arrays.copyOf(wanted, 12 + 256))) {
      assertThat(reply.header().size()).isEqualTo(12 + 256);
      assertThat(reply.configRead().size()).isEqualTo(16);
    }
  }

  @Test
  void an_empty_reply_tells_of_an_error() {
    byte[] tooMuch = new ConfigSpace(0, 0, new byte[0]).encode();
    tooMuch[5] = 2; // 512 bytes
    try (Message reply = frontend.ask(Request.GET_CONFIG, tooMuch)) {
      assertThat(reply.header().size()).isZero();
    }
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(QUEUES);
  }

  @Test
  void a_writable_field_is_written_and_a_read_only_one_is_not() {
    frontend.setConfig(FakeDevice.WRITABLE, (byte) 0);
    assertThat(frontend.config(FakeDevice.WRITABLE, 1)).containsExactly(0);
    assertRefused(() -> frontend.setConfig(0, (byte) 0));
    assertRefused(() -> frontend.setConfig(-1, (byte) 0));
    assertThat(frontend.config(0, 1)).containsExactly(1);
  }

  @Test
  void a_change_is_told_on_the_back_ends_channel() {
    frontend.openBackendChannel();
    device.change();
    assertThat(frontend.awaitBackendRequest())
        .hasValue(new Header(BackendRequest.CONFIG_CHANGE_MSG.id(), Header.VERSION, 0));
  }

  @Test
  void without_a_channel_a_change_is_told_to_nobody() {
    device.change();
    target.server.find("disk").orElseThrow().configChanged();
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(QUEUES);
  }

  @Test
  void every_front_end_is_told() {
    try (VhostUserFrontend other = target.connect("disk")) {
      other.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
      other.openBackendChannel();
      frontend.openBackendChannel();
      device.change();
      assertThat(other.awaitBackendRequest()).isPresent();
      assertThat(frontend.awaitBackendRequest()).isPresent();
    }
  }

  @Test
  void a_channel_may_be_given_again() {
    frontend.openBackendChannel();
    frontend.openBackendChannel();
    device.change();
    assertThat(frontend.awaitBackendRequest()).isPresent();
  }

  @Test
  void a_channel_must_be_a_socket() {
    int memfd = memfd();
    assertRefused(() -> frontend.command(Request.SET_BACKEND_REQ_FD, NOTHING, memfd));
    assertRefused(() -> frontend.command(Request.SET_BACKEND_REQ_FD, NOTHING));
    Libc.close(memfd);
  }

  @Test
  void a_channel_whose_other_end_is_closed_does_no_harm() {
    UnixSocket[] pair = UnixSocket.pair();
    frontend.command(Request.SET_BACKEND_REQ_FD, NOTHING, pair[1].fd());
    pair[0].close();
    pair[1].close();
    device.change();
    device.change();
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(QUEUES);
  }

  @Test
  void a_channel_that_nobody_reads_makes_nobody_wait_and_is_told_when_there_is_room() {
    UnixSocket[] pair = UnixSocket.pair();
    frontend.command(Request.SET_BACKEND_REQ_FD, NOTHING, pair[1].fd());
    byte[] much = new byte[4096];
    while (pair[1].send(much, 0, much.length, Libc.MSG_DONTWAIT) > 0) {}
    while (pair[1].send(much, 0, 1, Libc.MSG_DONTWAIT) > 0) {}
    device.change();
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(QUEUES);

    byte[] read = new byte[12];
    int got = pair[0].receive(much, 0, much.length, fd -> {});
    while (got > 0) {
      System.arraycopy(much, Math.max(0, got - 12), read, 0, Math.min(12, got));
      if (read[0] == BackendRequest.CONFIG_CHANGE_MSG.id()) {
        break;
      }
      Libc.poll(new int[] {pair[0].fd()}, new int[] {Libc.POLLIN}, TestTarget.TIMEOUT_MILLIS);
      got = pair[0].receive(much, 0, much.length, fd -> {});
    }
    assertThat(read).startsWith(BackendRequest.CONFIG_CHANGE_MSG.id(), 0, 0, 0, Header.VERSION);
    pair[0].close();
    pair[1].close();
  }

  @Test
  void a_short_payload_ends_the_session_for_there_is_no_code_for_a_request_with_a_reply() {
    frontend.send(Request.GET_CONFIG, new byte[11]);
    assertThat(frontend.awaitEnd()).isTrue();
    assertThatThrownBy(() -> frontend.receive()).hasMessageContaining("closed the connection");
  }
}

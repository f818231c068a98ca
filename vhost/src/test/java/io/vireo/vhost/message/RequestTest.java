package io.vireo.vhost.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RequestTest {
  /** Section "Front-end message types": the ids, as the specification prints them. */
  private static final Map<String, Integer> IDS =
      Map.ofEntries(
          Map.entry("GET_FEATURES", 1),
          Map.entry("SET_FEATURES", 2),
          Map.entry("SET_OWNER", 3),
          Map.entry("RESET_OWNER", 4),
          Map.entry("SET_MEM_TABLE", 5),
          Map.entry("SET_VRING_NUM", 8),
          Map.entry("SET_VRING_ADDR", 9),
          Map.entry("SET_VRING_BASE", 10),
          Map.entry("GET_VRING_BASE", 11),
          Map.entry("SET_VRING_KICK", 12),
          Map.entry("SET_VRING_CALL", 13),
          Map.entry("SET_VRING_ERR", 14),
          Map.entry("GET_PROTOCOL_FEATURES", 15),
          Map.entry("SET_PROTOCOL_FEATURES", 16),
          Map.entry("GET_QUEUE_NUM", 17),
          Map.entry("SET_VRING_ENABLE", 18),
          Map.entry("SET_BACKEND_REQ_FD", 21),
          Map.entry("GET_CONFIG", 24),
          Map.entry("SET_CONFIG", 25),
          Map.entry("GET_MAX_MEM_SLOTS", 36),
          Map.entry("ADD_MEM_REG", 37),
          Map.entry("REM_MEM_REG", 38));

  @Test
  void each_request_has_the_number_of_the_specification() {
    assertThat(Arrays.stream(Request.values()).collect(Collectors.toMap(Enum::name, Request::id)))
        .isEqualTo(IDS);
  }

  @Test
  void a_number_finds_its_request_and_no_other_number_finds_one() {
    for (int id = -2; id < 300; id++) {
      int wanted = id;
      assertThat(Request.of(id))
          .isEqualTo(Arrays.stream(Request.values()).filter(r -> r.id() == wanted).findAny());
    }
    assertThat(Request.of(Integer.MIN_VALUE)).isEmpty();
    assertThat(Request.of(Integer.MAX_VALUE)).isEmpty();
  }

  @Test
  void only_requests_that_get_something_have_a_reply_of_their_own() {
    for (Request request : Request.values()) {
      assertThat(request.hasOwnReply()).isEqualTo(request.name().startsWith("GET_"));
    }
  }

  @Test
  void a_payload_of_another_size_is_refused_with_the_size_and_the_limit() {
    assertThatThrownBy(() -> Request.of(message(Request.SET_FEATURES, 7)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("SET_FEATURES: payload of 7 bytes is not 8 bytes (Message Specification)");
    assertThatThrownBy(() -> Request.of(message(Request.SET_MEM_TABLE, 265)))
        .hasMessageContaining("payload of 265 bytes is not between 8 and 264 bytes");
    assertThat(Request.of(message(Request.SET_MEM_TABLE, 264))).isEqualTo(Request.SET_MEM_TABLE);
  }

  @Test
  void a_wrong_number_of_descriptors_is_refused() {
    PassedFds fds = new PassedFds();
    fds.add(1_000_000);
    Message message = new Message(header(Request.GET_FEATURES, 0), new byte[0], fds);
    assertThatThrownBy(() -> Request.of(message)).hasMessageContaining("1 descriptors came, not 0");
    assertThatThrownBy(() -> Request.of(message(Request.ADD_MEM_REG, MemoryRegion.SINGLE_BYTES)))
        .hasMessageContaining("0 descriptors came, not 1");
  }

  @Test
  void a_request_of_a_feature_that_is_not_offered_is_unknown() {
    // SET_LOG_BASE, IOTLB_MSG, GET_INFLIGHT_FD, RESET_DEVICE, SET_STATUS and one beyond all.
    for (int id : new int[] {6, 22, 31, 34, 39, -1}) {
      Message message = new Message(new Header(id, 1, 0), new byte[0], new PassedFds());
      assertThatThrownBy(() -> Request.of(message))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining(
              "request " + Integer.toUnsignedString(id) + ": is not known or belongs to a feature");
    }
  }

  private static Message message(Request request, int bytes) {
    return new Message(header(request, bytes), new byte[bytes], new PassedFds());
  }

  private static Header header(Request request, int bytes) {
    return new Header(request.id(), Header.VERSION, bytes);
  }
}

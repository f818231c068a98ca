package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is answered, and what is not. The first of these is rule 1 of the field's wire. */
class AnswersTest extends AnswersFixture {
  @Test
  @DisplayName("1: an answer may have 32 MiB")
  void an_answer_may_be_as_long_as_in_the_field() throws IOException {
    serve(new AnswerRoom());
    try (JsonRpcClient client = client()) {
      int times = 32 * MIB - 100;
      assertThat(client.call("repeat", Map.of("times", times)).stringValue()).hasSize(times);
    }
  }

  @Test
  void an_answer_that_needs_more_than_all_the_room_is_refused_and_the_next_one_is_not()
      throws IOException {
    serve(room(MIB));
    SocketChannel channel = connect();
    send(channel, "[" + asking(100) + "," + asking(2 * MIB) + "," + asking(MIB / 2) + "]");
    ValueReader reader = new ValueReader(Long.MAX_VALUE, Integer.MAX_VALUE);
    JsonNode answers = null;
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    while (answers == null && channel.read(chunk.clear()) >= 0) {
      reader.feed(chunk.array(), chunk.position());
      answers = reader.next();
    }
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).path("result").stringValue()).hasSize(100);
    assertThat(answers.get(1).path("error").toString())
        .isEqualTo(
            "{\"code\":-32603,\"message\":\"Internal error: the answer has more than 1048576"
                + " bytes\"}");
    assertThat(answers.get(2).path("result").stringValue()).hasSize(MIB / 2);
  }

  @Test
  void requests_of_a_client_that_does_not_read_are_not_carried_out() throws IOException {
    serve(new AnswerRoom());
    SocketChannel deaf = connect();
    send(deaf, asking(10 * MIB).repeat(100));
    readOneByte(deaf);
    try (JsonRpcClient other = client()) {
      assertThat(other.call("count", null).intValue()).isEqualTo(1);
    }
    assertThat(repeated).as("10 MiB fit in no socket").hasValue(1);
  }

  @Test
  void a_batch_of_a_client_that_does_not_read_goes_no_further() throws IOException {
    serve(new AnswerRoom());
    SocketChannel deaf = connect();
    String all = (asking(10 * MIB) + ",").repeat(500);
    send(deaf, "[" + all + "{'id':2,'method':'count'}]");
    readOneByte(deaf);
    try (JsonRpcClient other = client()) {
      assertThat(other.call("count", null).intValue()).isEqualTo(1);
    }
    assertThat(repeated).hasValue(1);
  }

  @Test
  void an_answer_that_cannot_be_made_is_an_error_and_nothing_of_it_is_sent() throws IOException {
    serve(new AnswerRoom());
    try (JsonRpcClient client = client()) {
      try {
        client.call("broken", null);
        throw new AssertionError("answered");
      } catch (RpcException e) {
        assertThat(e.code()).isEqualTo(-32603);
        assertThat(e).hasMessageStartingWith("Internal error: ").hasMessageContaining("a bug");
      }
      assertThat(client.call("count", null).intValue()).isEqualTo(1);
    }
  }
}

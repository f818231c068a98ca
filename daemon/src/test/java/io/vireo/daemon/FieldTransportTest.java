package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Rules 2 to 4 of the field's wire: how requests and answers follow each other on a socket, and
 * what they are made of. Bytes go to a running target as its clients send them.
 */
class FieldTransportTest extends RawClientFixture {
  @Nested
  @DisplayName("2: requests follow each other without a delimiter and are answered in order")
  class Rule2Framing {
    /** As json.dumps(request, indent=2) makes it. */
    private String indented(int id, String method) {
      return "{\n  'jsonrpc': '2.0',\n  'method': '%s',\n  'id': %d\n}".formatted(method, id);
    }

    @Test
    void a_request_needs_no_line_feed_and_no_length() throws IOException {
      assertThat(client.ask(indented(7, "spdk_get_version")).path("id").intValue()).isEqualTo(7);
    }

    @Test
    void many_that_come_in_one_piece_are_answered_in_their_order() throws IOException {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        all.append(indented(i, i % 2 == 0 ? "spdk_get_version" : "no_such_method"));
      }
      client.send(all.toString());
      for (int i = 0; i < 100; i++) {
        JsonNode answer = client.receive();
        assertThat(answer.path("id").intValue()).isEqualTo(i);
        assertThat(answer.has("result")).isEqualTo(i % 2 == 0);
      }
    }

    @Test
    void one_that_comes_byte_by_byte_is_answered_and_the_connection_goes_on() throws IOException {
      for (int i = 0; i < 3; i++) {
        for (char c : indented(i, "spdk_get_version").toCharArray()) {
          client.send("" + c);
        }
        assertThat(client.receive().path("id").intValue()).isEqualTo(i);
      }
    }

    @Test
    void what_is_no_json_is_answered_after_those_before_it_and_ends_the_connection()
        throws IOException {
      client.send(indented(1, "spdk_get_version") + "{'id':2,,}" + indented(3, "spdk_get_version"));
      assertThat(client.receive().path("id").intValue()).isEqualTo(1);
      JsonNode error = client.receive();
      assertThat(code(error)).isEqualTo(-32700);
      assertThat(error.path("id").isNull()).isTrue();
      client.assertEnd();
    }
  }

  @Nested
  @DisplayName("3: parameters are absent where there are none, null ones are left out")
  class Rule3Parameters {
    private static final String BARE = "{'jsonrpc':'2.0','id':1,'method':'spdk_get_version'%s}";

    @ParameterizedTest
    @ValueSource(strings = {"", ",'params':null"})
    void a_method_without_parameters_takes_none_and_null(String params) throws IOException {
      assertThat(client.ask(BARE.formatted(params)).has("result")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "false", "0", "''", "{'a':1}", "[null]"})
    void a_method_without_parameters_refuses_any_that_are_not_null(String params)
        throws IOException {
      JsonNode refused = client.ask(BARE.formatted(",'params':" + params));
      assertThat(code(refused)).isEqualTo(-32602);
      assertThat(refused.path("error").path("message").stringValue())
          .isEqualTo("spdk_get_version requires no parameters");
    }

    @Test
    void a_parameter_that_is_not_sent_has_its_default_and_false_is_a_value() throws IOException {
      String call = "{'jsonrpc':'2.0','id':1,'method':'rpc_get_methods','params':%s}";
      JsonNode all = client.ask(call.formatted("{'current':false,'include_aliases':false}"));
      assertThat(all.path("result")).isEqualTo(client.ask(call.formatted("{}")).path("result"));
      JsonNode current = client.ask(call.formatted("{'current':true}")).path("result");
      assertThat(all.path("result").size()).isGreaterThan(current.size());
    }

    @Test
    void a_null_in_the_place_of_a_value_is_none() throws IOException {
      JsonNode refused =
          client.ask("{'id':1,'method':'rpc_get_methods','params':{'current':null}}");
      assertThat(code(refused)).isEqualTo(-32602);
    }
  }

  @Nested
  @DisplayName("4: an answer has the request's id and either a result or an error; batches")
  class Rule4Answers {
    @ParameterizedTest
    @ValueSource(strings = {"'abc'", "5", "-1", "null", "''", "12345678901234567890123"})
    void the_id_comes_back_as_it_was_with_a_result_and_with_an_error(String id) throws IOException {
      for (String method : List.of("spdk_get_version", "no_such_method")) {
        JsonNode answer =
            client.ask("{'jsonrpc':'2.0','id':%s,'method':'%s'}".formatted(id, method));
        assertThat(answer.propertyNames())
            .containsExactly("jsonrpc", "id", method.startsWith("no") ? "error" : "result");
        assertThat(answer.path("jsonrpc").stringValue()).isEqualTo("2.0");
        assertThat(answer.path("id").toString()).isEqualTo(id.replace('\'', '"'));
      }
    }

    @Test
    void a_batch_is_one_array_of_answers_in_its_order() throws IOException {
      JsonNode answers =
          client.ask(
              "[{'id':1,'method':'spdk_get_version'},{'id':'b','method':'no_such_method'},"
                  + "{'method':'spdk_get_version'},5,[],{'id':3,'method':'spdk_get_version'}]");
      assertThat(answers).hasSize(5);
      assertThat(answers.get(0).path("id").intValue()).isEqualTo(1);
      assertThat(code(answers.get(1))).isEqualTo(-32601);
      assertThat(answers.get(1).path("id").stringValue()).isEqualTo("b");
      assertThat(code(answers.get(2))).isEqualTo(-32600);
      assertThat(code(answers.get(3))).isEqualTo(-32600);
      assertThat(answers.get(4).path("id").intValue()).isEqualTo(3);
    }

    @Test
    void what_comes_later_in_a_batch_sees_what_came_before() throws IOException {
      JsonNode answers =
          client.ask(
              "[{'id':1,'method':'bdev_null_create',"
                  + "'params':{'name':'n','num_blocks':8,'block_size':512}},"
                  + "{'id':2,'method':'vhost_create_blk_controller',"
                  + "'params':{'ctrlr':'c','dev_name':'n'}},"
                  + "{'id':3,'method':'vhost_delete_controller','params':{'ctrlr':'c'}},"
                  + "{'id':4,'method':'bdev_null_delete','params':{'name':'n'}}]");
      assertThat(answers.valueStream().map(a -> a.path("result").asString()).toList())
          .containsExactly("n", "true", "true", "true");
    }

    @Test
    void notifications_are_carried_out_and_a_batch_of_them_has_no_answer() throws IOException {
      String make = "{'method':'bdev_null_create','params':{'name':'%s',%s}}";
      String size = "'num_blocks':8,'block_size':512";
      client.send("[%s,%s]".formatted(make.formatted("a", size), make.formatted("b", size)));
      client.send(make.formatted("c", size));
      assertThat(client.ask("{'id':9,'method':'bdev_get_bdevs'}").path("result"))
          .extracting(bdev -> bdev.path("name").stringValue())
          .containsExactly("a", "b", "c");
    }

    @Test
    void an_empty_batch_is_no_request() throws IOException {
      JsonNode refused = client.ask("[]");
      assertThat(code(refused)).isEqualTo(-32600);
      assertThat(refused.path("id").isNull()).isTrue();
    }
  }
}

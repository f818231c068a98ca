package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.pci.PciException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DispatcherTest {
  record Say(@Optional String word) {}

  record None() {}

  private final List<String> said = new ArrayList<>();
  private final Dispatcher dispatcher =
      new Dispatcher(
          new MethodTable(
              List.of(
                  new Method<>("say", Say.class, this::say),
                  new Method<>("none", None.class, p -> true),
                  refusing("no_device", new BdevException(Errno.ENODEV, "there is no bdev x")),
                  refusing("no_memory", new ErrnoException("mmap", Errno.ENOMEM, "of 5 bytes")),
                  refusing(
                      "denied",
                      new ErrnoException("open", Errno.EACCES, "of /dev/vfio/12", "run as root")),
                  refusing("mounted", new PciException(Errno.EBUSY, "nvme0n1 is mounted")),
                  MethodTable.withCode(
                      RpcException.INVALID_PARAMS,
                      refusing("busy", new BdevException(Errno.EBUSY, "x is claimed"))),
                  refusing("broken", new IllegalStateException("a bug")))),
          CallListener.NONE);

  private Object say(Say p) {
    said.add(p.word());
    return p.word();
  }

  private static Method<None> refusing(String name, RuntimeException e) {
    return new Method<>(
        name,
        None.class,
        p -> {
          throw e;
        });
  }

  @Test
  void a_call_is_answered_with_its_result() {
    assertThat(answer("{'jsonrpc':'2.0','id':1,'method':'say','params':{'word':'hello'}}"))
        .isEqualTo(json("{'jsonrpc':'2.0','id':1,'result':'hello'}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'abc'", "5", "-1", "1.50", "null", "''", "12345678901234567890123"})
  void the_id_comes_back_as_it_was(String id) {
    assertThat(answer("{'jsonrpc':'2.0','id':" + id + ",'method':'none'}").path("id"))
        .isEqualTo(json(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'jsonrpc':'1.0','id':1,'method':'none'}",
        "{'jsonrpc':2.0,'id':1,'method':'none'}",
        "{'jsonrpc':'2.0','id':1}",
        "{'jsonrpc':'2.0','id':1,'method':5}",
        "{'jsonrpc':'2.0','id':true,'method':'none'}",
        "{'jsonrpc':'2.0','id':[1],'method':'none'}",
        "{'jsonrpc':'2.0','id':1,'method':'none','parms':{}}",
        "{}",
        "[]",
        "5",
        "'text'",
        "null"
      })
  void what_is_no_request_is_answered_so(String text) {
    assertInvalid(answer(text));
  }

  @Test
  void an_invalid_request_is_answered_with_its_id_if_it_has_one() {
    assertThat(answer("{'id':7}").path("id")).isEqualTo(json("7"));
    assertThat(answer("{'id':true}").path("id").isNull()).isTrue();
    assertThat(answer("{}").path("id").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "missing   | -32601 | Method not found: missing",
        "no_device | -19    | No such device: there is no bdev x",
        "no_memory | -12    | Cannot allocate memory: mmap of 5 bytes",
        "denied    | -13    | Permission denied: open of /dev/vfio/12; run as root",
        "mounted   | -16    | Device or resource busy: nvme0n1 is mounted",
        "busy      | -32602 | Device or resource busy: x is claimed",
        "broken    | -32603 | Internal error: java.lang.IllegalStateException: a bug"
      })
  void a_failure_has_the_code_and_text_of_the_field(String method, int code, String message) {
    assertThat(answer("{'id':1,'method':'" + method + "'}").path("error"))
        .isEqualTo(Json.mapper().valueToTree(Map.of("code", code, "message", message)));
  }

  @Test
  void a_notification_is_carried_out_but_not_answered() {
    assertThat(answer("{'method':'say','params':{'word':'a'}}")).isNull();
    assertThat(said).containsExactly("a");
    assertThat(answer("{'method':'missing'}")).isNull();
  }

  @Test
  void methods_are_listed_in_order() {
    assertThat(
            answer("{'id':1,'method':'rpc_get_methods','params':{'current':true}}").path("result"))
        .isEqualTo(
            json(
                "['broken','busy','denied','mounted','no_device','no_memory','none',"
                    + "'rpc_get_methods','rpc_get_parameters','say']"));
  }

  @Test
  void parameters_of_a_method_are_told() {
    assertThat(
            answer("{'id':1,'method':'rpc_get_parameters','params':{'method':'rpc_get_methods'}}")
                .path("result"))
        .isEqualTo(
            json(
                "[{'name':'current','type':'boolean','required':false,'default':false},"
                    + "{'name':'include_aliases','type':'boolean','required':false,"
                    + "'default':false}]"));
  }

  @Test
  void two_methods_of_one_name_are_refused() {
    Method<None> none = new Method<>("none", None.class, p -> true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MethodTable(List.of(none, none)))
        .withMessage("two methods are named none");
  }

  private static void assertInvalid(JsonNode answer) {
    assertThat(answer.path("error").path("code").intValue()).isEqualTo(-32600);
    assertThat(answer.path("error").path("message").stringValue()).startsWith("Invalid request: ");
  }

  /** As the client reads it. */
  private JsonNode answer(String request) {
    JsonNode answer = dispatcher.answer(json(request));
    return answer == null ? null : Json.mapper().readTree(answer.toString());
  }

  private static JsonNode json(String text) {
    return Json.mapper().readTree(text.replace('\'', '"'));
  }
}

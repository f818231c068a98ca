package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rules 5, 6 and 11 of the field's wire: what is refused, and by which code and text. */
class FieldErrorsTest extends TargetFixture {
  @BeforeEach
  void prepare() throws IOException {
    target.malloc("m");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m");
  }

  private JsonNode error(String request) throws IOException {
    try (RawClient client = new RawClient(dir.resolve("rpc.sock"))) {
      JsonNode answer = client.ask(request);
      assertThat(answer.has("result")).isFalse();
      JsonNode error = answer.path("error");
      Members.assertExactly(error, "code integer", "message string");
      return error;
    }
  }

  private static String calling(String method, String params) {
    return "{'jsonrpc':'2.0','id':1,'method':'%s','params':%s}".formatted(method, params);
  }

  @Nested
  @DisplayName("5: each kind of error has its code, handlers begin with the C library's text")
  class Rule5Codes {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "-32700 | Parse error:      | {'id':1,}",
          "-32700 | Parse error:      | ]",
          "-32600 | Invalid request:  | 'text'",
          "-32600 | Invalid request:  | {}",
          "-32600 | Invalid request:  | {'id':1}",
          "-32600 | Invalid request:  | {'id':1,'method':5}",
          "-32600 | Invalid request:  | {'id':[1],'method':'spdk_get_version'}",
          "-32600 | Invalid request:  | {'jsonrpc':'1.0','id':1,'method':'spdk_get_version'}",
          "-32600 | Invalid request:  | {'id':1,'method':'spdk_get_version','parms':{}}",
          "-32601 | Method not found  | {'id':1,'method':'bdev_get_bdevz'}",
          "-32602 | Invalid parameters| {'id':1,'method':'bdev_get_bdevs','params':[1]}",
          "-1     | Invalid state     | {'id':1,'method':'framework_start_init'}",
        })
    void of_the_protocol(int code, String text, String request) throws IOException {
      JsonNode error = error(request);
      assertThat(error.path("code").intValue()).isEqualTo(code);
      assertThat(error.path("message").stringValue()).startsWith(text);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "-19 | No such device   | bdev_malloc_delete | {'name':'x'}",
          "-19 | No such device   | bdev_get_bdevs     | {'name':'x'}",
          "-17 | File exists      | bdev_malloc_create | {'name':'m','num_blocks':8,'block_size':512}",
          "-22 | Invalid argument | bdev_malloc_create | {'name':'n','num_blocks':8,'block_size':500}",
          "-2  | No such file or directory | bdev_uring_create | {'name':'u','filename':'/none/x'}",
        })
    void of_a_bdev_the_code_is_the_negative_errno(
        int code, String text, String method, String params) throws IOException {
      JsonNode error = error(calling(method, params));
      assertThat(error.path("code").intValue()).isEqualTo(code);
      assertThat(error.path("message").stringValue()).startsWith(text + ": ");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "No such device   | vhost_delete_controller         | {'ctrlr':'x'}",
          "No such device   | vhost_create_blk_controller     | {'ctrlr':'d','dev_name':'x'}",
          "File exists      | vhost_create_blk_controller     | {'ctrlr':'c','dev_name':'m'}",
          "Invalid argument | vhost_create_blk_controller     | {'ctrlr':'d','dev_name':'m','cpumask':'x'}",
          "No such device   | vhost_controller_set_coalescing | {'ctrlr':'x','delay_base_us':1,'iops_threshold':1000}",
        })
    void of_a_controller_the_code_is_that_of_parameters(String text, String method, String params)
        throws IOException {
      JsonNode error = error(calling(method, params));
      assertThat(error.path("code").intValue()).isEqualTo(-32602);
      assertThat(error.path("message").stringValue()).startsWith(text + ": ");
    }

    @Test
    void of_asking_for_a_controller_it_is_that_of_an_internal_error() throws IOException {
      JsonNode error = error(calling("vhost_get_controllers", "{'name':'x'}"));
      assertThat(error.path("code").intValue()).isEqualTo(-32603);
      assertThat(error.path("message").stringValue())
          .isEqualTo("No such device: there is no controller x");
    }

    @Test
    void of_asking_for_a_transport_it_is_the_bare_errno() throws IOException {
      JsonNode error = error(calling("virtio_blk_get_transports", "{'name':'vfio_user'}"));
      assertThat(error.path("code").intValue()).isEqualTo(-19);
      assertThat(error.path("message").stringValue()).startsWith("No such device: ");
    }
  }

  /** Every method with every kind of wrong parameter: StrictnessTest. */
  @Nested
  @DisplayName("6: a parameter that a method does not know is refused, but by two of them")
  class Rule6Strictness {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "bdev_malloc_create      | {'name':'n','num_blocks':8,'block_size':512,'of_tomorrow':1}",
          "bdev_malloc_create      | {'name':'n','num_blocks':8,'block_size':512,'total_size':1}",
          "bdev_get_bdevs          | {'of_tomorrow':null}",
          "vhost_delete_controller | {'ctrlr':'c','of_tomorrow':false}",
          "rpc_get_methods         | {'Current':true}",
        })
    void an_unknown_parameter_is_refused_by_name_and_nothing_is_done(String method, String params)
        throws IOException {
      String before = target.state();
      JsonNode error = error(calling(method, params));
      assertThat(error.path("code").intValue()).isEqualTo(-32602);
      assertThat(error.path("message").stringValue())
          .startsWith("Invalid parameters: unknown parameter '");
      assertThat(target.state()).isEqualTo(before);
    }

    @Test
    void a_controller_is_made_without_what_its_method_does_not_know() throws IOException {
      target.call("vhost_create_blk_controller", "ctrlr", "d", "dev_name", "m", "of_tomorrow", 1);
      assertThat(target.call("vhost_get_controllers")).hasSize(2);
    }

    @Test
    void a_transport_is_asked_for_with_more_than_its_method_knows() throws IOException {
      RpcException exists =
          target.refusal("virtio_blk_create_transport", "name", "vhost_user_blk", "more", 1);
      assertThat(exists.code()).isEqualTo(-17);
    }

    @ParameterizedTest
    @ValueSource(strings = {"vhost_create_blk_controller", "virtio_blk_create_transport"})
    void what_they_know_they_take_as_strictly_as_others(String method) throws IOException {
      JsonNode error = error(calling(method, "{'ctrlr':5,'dev_name':'m','name':5}"));
      assertThat(error.path("code").intValue()).isEqualTo(-32602);
      assertThat(error.path("message").stringValue()).contains(" is 5, not a string");
    }
  }

  @Nested
  @DisplayName("11: a controller that a guest is connected to is busy")
  class Rule11Busy {
    @Test
    void it_is_not_deleted_until_the_guest_has_gone() throws IOException {
      try (OneGuest guest = new OneGuest(dir.resolve("c"))) {
        guest.read(1);
        RpcException busy = target.refusal("vhost_delete_controller", "ctrlr", "c");
        assertThat(busy.code()).isEqualTo(-32602);
        assertThat(busy).hasMessageStartingWith("Device or resource busy: ");
        guest.read(1); // it has lost nothing
      }
      JsonNode sessions;
      do {
        sessions = target.call("vhost_get_controllers").get(0).path("sessions");
      } while (!sessions.isEmpty());
      assertThat(target.call("vhost_delete_controller", "ctrlr", "c")).hasToString("true");
      assertThat(dir.resolve("c")).doesNotExist();
    }
  }
}

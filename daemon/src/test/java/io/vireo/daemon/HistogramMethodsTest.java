package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Histograms without a guest: shapes, codes and texts as tools of the field expect them. */
class HistogramMethodsTest extends TargetFixture {
  @BeforeEach
  void prepare() throws IOException {
    target.malloc("a");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "a");
  }

  private void enable(Object... more) throws IOException {
    List<Object> params = new ArrayList<>(List.of("name", "a", "enable", true));
    params.addAll(List.of(more));
    assertThat(target.call("bdev_enable_histogram", params.toArray())).hasToString("true");
  }

  @Test
  void a_histogram_has_the_members_of_the_field_in_their_order() throws IOException {
    enable();
    JsonNode histogram = target.call("bdev_get_histogram", "name", "a");
    assertThat(histogram.propertyNames())
        .containsExactly("histogram", "granularity", "min_range", "max_range", "tsc_rate");
    DecodedHistogram decoded = DecodedHistogram.of(histogram);
    assertThat(decoded.tscRate()).isEqualTo(1_000_000_000);
    assertThat(decoded.total()).isZero();
    // 1 us lies in [512, 1024) ns, 120 s in [2^36, 2^37) ns.
    assertThat(histogram.path("granularity").intValue()).isEqualTo(7);
    assertThat(histogram.path("min_range").intValue()).isEqualTo(3);
    assertThat(histogram.path("max_range").intValue()).isEqualTo(30);
  }

  @Test
  void options_become_the_layout() throws IOException {
    enable("granularity", 2, "min_nsec", 0, "max_nsec", 64, "opc", "read");
    JsonNode histogram = target.call("bdev_get_histogram", "name", "a");
    assertThat(histogram.path("granularity").intValue()).isEqualTo(2);
    assertThat(histogram.path("min_range").intValue()).isZero();
    assertThat(histogram.path("max_range").intValue()).isEqualTo(4);
    assertThat(DecodedHistogram.of(histogram).counts()).hasSize(5 * 4);
  }

  @Test
  void each_operation_can_be_asked_for_by_the_word_that_bdevs_are_shown_with() throws IOException {
    for (String opc : List.of("read", "write", "flush", "unmap", "write_zeroes", "reset")) {
      enable("opc", opc);
    }
  }

  @Test
  void borders_have_one_count_more_than_there_are() throws IOException {
    enable();
    assertThat(
            target.call("bdev_get_histogram_borders", "name", "a", "borders", List.of(100, 5000)))
        .hasToString("{\"borders_count\":[0,0,0]}");
    RpcException falling =
        target.refusal("bdev_get_histogram_borders", "name", "a", "borders", List.of(5, 4));
    assertThat(falling.code()).isEqualTo(-22);
    assertThat(falling).hasMessage("Invalid argument: border 4 is not above the one before it, 5");
    RpcException negative =
        target.refusal("bdev_get_histogram_borders", "name", "a", "borders", List.of(-1));
    assertThat(negative.code()).isEqualTo(-32602);
  }

  @Test
  void a_histogram_that_is_not_enabled_has_the_code_and_text_of_the_field() throws IOException {
    String sentence = "Bad address: the histogram of bdev a is not enabled";
    for (String method : List.of("bdev_get_histogram", "bdev_get_histogram_borders")) {
      Object[] params =
          method.endsWith("borders")
              ? new Object[] {"name", "a", "borders", List.of(1)}
              : new Object[] {"name", "a"};
      assertThat(target.refusal(method, params)).hasMessage(sentence);
      enable();
      target.call(method, params);
      target.call("bdev_enable_histogram", "name", "a", "enable", false);
      RpcException disabled = target.refusal(method, params);
      assertThat(disabled.code()).isEqualTo(-32603);
      assertThat(disabled).hasMessage(sentence);
    }
    assertThat(target.refusal("vhost_controller_get_histogram", "ctrlr", "c"))
        .hasMessage("Bad address: the histogram of controller c is not enabled");
  }

  @Test
  void disabling_what_is_not_enabled_is_no_mistake() throws IOException {
    assertThat(target.call("bdev_enable_histogram", "name", "a", "enable", false))
        .hasToString("true");
    assertThat(target.call("vhost_controller_enable_histogram", "ctrlr", "c", "enable", false))
        .hasToString("true");
  }

  @Test
  void who_does_not_exist_has_no_histogram() throws IOException {
    assertThat(target.refusal("bdev_enable_histogram", "name", "x", "enable", true).code())
        .isEqualTo(-19);
    RpcException unknown = target.refusal("bdev_get_histogram", "name", "x");
    assertThat(unknown.code()).isEqualTo(-19);
    assertThat(unknown).hasMessage("No such device: there is no bdev x");
    assertThat(
            target.refusal("bdev_get_histogram_borders", "name", "x", "borders", List.of()).code())
        .isEqualTo(-19);
    assertThat(
            target
                .refusal("vhost_controller_enable_histogram", "ctrlr", "x", "enable", true)
                .code())
        .isEqualTo(-32602);
    RpcException controller = target.refusal("vhost_controller_get_histogram", "ctrlr", "x");
    assertThat(controller.code()).isEqualTo(-32603);
    assertThat(controller).hasMessage("No such device: there is no controller x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "opc;         'compare'; -32603; Invalid Io type: opc compare is none of read, write, flush, unmap, write_zeroes, reset",
        "opc;         '';        -32603; Invalid Io type: opc  is none of read, write, flush, unmap, write_zeroes, reset",
        "granularity; 11;        -22;    Invalid argument: granularity 11 is not between 0 and 10",
        "min_nsec;    120000000000; -22; Invalid argument: max_nsec 120000000000 is not above min_nsec 120000000000",
        "max_nsec;    0;         -22;    Invalid argument: max_nsec 0 is not above min_nsec 1000",
        "max_nsec;    18446744073709551615; -32602; Invalid parameters: parameter 'max_nsec' is 18446744073709551615, above the most, 9223372036854775807",
        "granularity; -1;        -32602; Invalid parameters: parameter 'granularity' is -1, below the least, 0",
      })
  void options_that_cannot_be_are_refused_and_change_nothing(
      String parameter, String value, int code, String sentence) throws IOException {
    enable("granularity", 5);
    Object given = parameter.equals("opc") ? value : (Object) new BigInteger(value);
    for (boolean on : List.of(true, false)) {
      RpcException refused =
          target.refusal("bdev_enable_histogram", "name", "a", "enable", on, parameter, given);
      assertThat(refused.code()).isEqualTo(code);
      assertThat(refused).hasMessage(sentence);
    }
    assertThat(target.call("bdev_get_histogram", "name", "a").path("granularity").intValue())
        .isEqualTo(5);
    RpcException ofController =
        target.refusal(
            "vhost_controller_enable_histogram", "ctrlr", "c", "enable", true, parameter, given);
    assertThat(ofController.code()).isEqualTo(code == -22 ? -32602 : code);
    assertThat(ofController).hasMessage(sentence);
  }

  @Test
  void a_controller_nobody_is_connected_to_has_no_sessions() throws IOException {
    assertThat(target.call("vhost_controller_enable_histogram", "ctrlr", "c", "enable", true))
        .hasToString("true");
    assertThat(target.call("vhost_controller_get_histogram", "ctrlr", "c"))
        .hasToString("{\"ctrlr\":\"c\",\"sessions\":[]}");
  }

  @Test
  void a_new_bdev_of_the_same_name_has_no_histogram() throws IOException {
    enable();
    target.call("bdev_malloc_delete", "name", "a");
    assertThat(target.refusal("bdev_get_histogram", "name", "a").code()).isEqualTo(-19);
    target.malloc("a");
    assertThat(target.refusal("bdev_get_histogram", "name", "a").code()).isEqualTo(-32603);
  }
}

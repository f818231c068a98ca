package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

class BinderTest {
  enum Mode {
    ALL,
    NONE
  }

  record Everything(
      String name,
      int block_size,
      @Optional long num_blocks,
      @Optional boolean readonly,
      @Optional UUID uuid,
      @Optional List<String> names,
      @Optional("\"all\"") Mode mode,
      @Optional("-1") @Later int numa_id,
      @Optional @Later String later) {}

  record Nothing() {}

  private final Binder<Everything> binder = new Binder<>("method", Everything.class);

  @Test
  void every_type_is_taken() {
    assertThat(
            bind(
                """
                {"name": "é", "block_size": 4096, "num_blocks": 9223372036854775807,
                 "readonly": true, "uuid": "2B6601ba-eada-44fb-9a83-a20eb9eb9e90",
                 "names": ["a", "b"], "mode": "none", "numa_id": -1}"""))
        .isEqualTo(
            new Everything(
                "é",
                4096,
                Long.MAX_VALUE,
                true,
                UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90"),
                List.of("a", "b"),
                Mode.NONE,
                -1,
                null));
  }

  @Test
  void an_empty_uuid_is_the_one_without_a_bit() {
    assertThat(bind("{\"name\":\"a\",\"block_size\":1,\"uuid\":\"\"}").uuid())
        .isEqualTo(new UUID(0, 0));
  }

  @Test
  void absent_parameters_have_their_defaults() {
    assertThat(bind("{\"name\":\"a\",\"block_size\":1}"))
        .isEqualTo(new Everything("a", 1, 0, false, null, null, Mode.ALL, -1, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "block_size | 1e3      | 1000",
        "block_size | 131072.0 | 131072",
        "block_size | 0        | 0",
        "block_size | -0       | 0"
      })
  void whole_numbers_are_taken_however_they_are_written(String name, String json, int value) {
    assertThat(bind("{\"name\":\"a\",\"" + name + "\":" + json + "}").block_size())
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "name       ; 5                      ; parameter 'name' is 5, not a string",
        "name       ; null                   ; parameter 'name' is null, not a string",
        "name       ; {}                     ; parameter 'name' is {}, not a string",
        "name       ; \"a\\u0000b\"          ; parameter 'name' holds a NUL character: \"a\\u0000b\"",
        "block_size ; \"12\"                 ; parameter 'block_size' is \"12\", not an integer",
        "block_size ; true                   ; parameter 'block_size' is true, not an integer",
        "block_size ; -1                     ; parameter 'block_size' is -1, below the least, 0",
        "block_size ; 2147483648             ; parameter 'block_size' is 2147483648, above the most, 2147483647",
        "block_size ; 1.5                    ; parameter 'block_size' is 1.5, not a whole number",
        "block_size ; 1e999999999            ; parameter 'block_size' is 1E+999999999, above the most, 2147483647",
        "block_size ; -1e999999999           ; parameter 'block_size' is -1E+999999999, below the least, 0",
        "num_blocks ; 9223372036854775808    ; parameter 'num_blocks' is 9223372036854775808, above the most, 9223372036854775807",
        "num_blocks ; 18446744073709551616   ; parameter 'num_blocks' is 18446744073709551616, above the most, 9223372036854775807",
        "readonly   ; 1                      ; parameter 'readonly' is 1, not true or false",
        "readonly   ; \"true\"               ; parameter 'readonly' is \"true\", not true or false",
        "uuid       ; \"1-1-1-1-1\"          ; parameter 'uuid' is \"1-1-1-1-1\", not a UUID",
        "uuid       ; \"x\"                  ; parameter 'uuid' is \"x\", not a UUID",
        "uuid       ; 5                      ; parameter 'uuid' is 5, not a string",
        "names      ; \"a\"                  ; parameter 'names' is \"a\", not an array",
        "names      ; [\"a\",5]              ; parameter 'names' [1] is 5, not a string",
        "mode       ; \"some\"               ; parameter 'mode' is \"some\", none of all|none",
        "mode       ; \"ALL\"                ; parameter 'mode' is \"ALL\", none of all|none",
        "numa_id    ; 0                      ; parameter 'numa_id' is 0, which this version does not support: only -1",
        "numa_id    ; -2                     ; parameter 'numa_id' is -2, below the least, -1",
        "later      ; \"x\"                  ; parameter 'later' is \"x\", which this version does not support"
      })
  void a_wrong_value_is_told_with_the_limit(String name, String json, String sentence) {
    String others = "\"name\":\"a\",\"block_size\":1".replaceFirst("\"" + name + "\":[^,]+,?", "");
    String comma = others.isEmpty() || others.endsWith(",") ? "" : ",";
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> bind("{" + others + comma + "\"" + name + "\":" + json + "}"))
        .withMessage("Invalid parameters: " + sentence)
        .matches(e -> e.code() == RpcException.INVALID_PARAMS);
  }

  @Test
  void a_long_value_is_cut_in_the_sentence() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> bind("{\"name\":\"a\",\"block_size\":\"" + "x".repeat(10_000) + "\"}"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
  }

  @Test
  void a_missing_parameter_is_named() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> bind("{\"name\":\"a\"}"))
        .withMessage("Invalid parameters: parameter 'block_size' is missing");
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> binder.bind(MissingNode.getInstance()))
        .withMessage("Invalid parameters: parameter 'name' is missing");
  }

  @Test
  void an_unknown_parameter_is_named_with_those_that_there_are() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> bind("{\"nam\":\"a\"}"))
        .withMessageStartingWith(
            "Invalid parameters: unknown parameter 'nam', method takes name, block_size, ");
  }

  @Test
  void parameters_by_position_are_refused() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> bind("[\"a\",1]"))
        .withMessage("Invalid parameters: params are [\"a\",1], not an object");
  }

  @Test
  void a_method_without_parameters_takes_none_not_even_an_empty_object() {
    Binder<Nothing> none = new Binder<>("method", Nothing.class);
    assertThat(none.bind(MissingNode.getInstance())).isEqualTo(new Nothing());
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> none.bind(Json.mapper().readTree("{}")))
        .withMessage("method requires no parameters");
  }

  record Size(int blocks, @Optional("512") int block_size) {}

  record Disk(String name, Size size, @Optional boolean readonly) {}

  @Test
  void the_components_of_a_record_inside_are_parameters_like_the_others() {
    Binder<Disk> disks = new Binder<>("method", Disk.class);
    assertThat(disks.parameters())
        .extracting(Parameter::name)
        .containsExactly("name", "blocks", "block_size", "readonly");
    assertThat(disks.bind(Json.mapper().readTree("{\"name\":\"a\",\"blocks\":8}")))
        .isEqualTo(new Disk("a", new Size(8, 512), false));
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> disks.bind(Json.mapper().readTree("{\"name\":\"a\"}")))
        .withMessage("Invalid parameters: parameter 'blocks' is missing");
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> disks.bind(Json.mapper().readTree("{\"name\":\"a\",\"size\":{}}")))
        .withMessageStartingWith(
            "Invalid parameters: unknown parameter 'size', method takes name, ");
  }

  record Lists(
      @Optional("[\"a\",\"b\"]") @Later List<String> words,
      @Optional("[]") List<Long> numbers,
      @Optional Map<String, Object> more) {}

  @Test
  void a_default_may_be_a_list_and_a_parameter_an_object() {
    Binder<Lists> lists = new Binder<>("method", Lists.class);
    Lists absent = new Lists(List.of("a", "b"), List.of(), null);
    assertThat(lists.bind(MissingNode.getInstance())).isEqualTo(absent);
    assertThat(Parameters.of(absent)).isEmpty();
    assertThat(lists.bind(Json.mapper().readTree("{\"words\": [\"a\", \"b\"]}"))).isEqualTo(absent);
    Lists given =
        lists.bind(Json.mapper().readTree("{\"more\": {\"a\": 1, \"b\": {\"c\": [\"d\"]}}}"));
    assertThat(given.more()).isEqualTo(Map.of("a", 1, "b", Map.of("c", List.of("d"))));
    assertThat(Parameters.of(given)).isEqualTo(Map.of("more", given.more()));
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> lists.bind(Json.mapper().readTree("{\"words\": [\"a\"]}")))
        .withMessage(
            "Invalid parameters: parameter 'words' is [\"a\"], which this version does not support:"
                + " only [\"a\",\"b\"]");
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> lists.bind(Json.mapper().readTree("{\"more\": [1]}")))
        .withMessage("Invalid parameters: parameter 'more' is [1], not an object");
  }

  record NestedDefault(@Optional("[[1]]") List<Long> numbers) {}

  record OpenDefault(@Optional("[1") List<Long> numbers) {}

  @Test
  void a_default_that_is_no_list_of_plain_values_is_found_at_the_start() {
    for (Class<? extends Record> wrong : List.of(NestedDefault.class, OpenDefault.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Binder<>("method", wrong))
          .withMessageContaining("is no number, string, true or false, nor an array of such");
    }
  }

  record Twice(int blocks, Size size) {}

  record Unreadable(StringBuilder text) {}

  record WrongDefault(@Optional("\"x\"") int number) {}

  record RequiredButLater(@Later int number) {}

  @Test
  void a_record_that_json_cannot_fill_is_found_at_the_start() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Binder<>("method", Unreadable.class))
        .withMessageContaining("StringBuilder");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Binder<>("method", RequiredButLater.class));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Binder<>("method", Twice.class))
        .withMessage("method has two parameters blocks");
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> new Binder<>("method", WrongDefault.class));
  }

  private Everything bind(String json) {
    JsonNode params = Json.mapper().readTree(json);
    return binder.bind(params);
  }
}

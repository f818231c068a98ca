package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RpcArgumentsTest {
  private static final JsonNode DECLARED =
      JsonMapper.shared()
          .readTree(
              """
              [{"name": "name", "type": "string"}, {"name": "size", "type": "integer"},
               {"name": "on", "type": "boolean"}, {"name": "mode", "type": "all|none"},
               {"name": "uuid", "type": "uuid"}, {"name": "names", "type": "array of string"},
               {"name": "sizes", "type": "array of integer"}, {"name": "more", "type": "object"}]""");

  @Test
  void values_follow_their_names_or_an_equals_sign() {
    assertThat(RpcArguments.texts(List.of("--a", "1", "--b=2", "--c", "--d-e", "x", "--f=", "--g")))
        .isEqualTo(Map.of("a", "1", "b", "2", "c", "true", "d_e", "x", "f", "", "g", "true"));
  }

  @Test
  void a_value_may_begin_with_hyphens_or_hold_equals_signs() {
    assertThat(RpcArguments.texts(List.of("--a", "-1", "--b=--c", "--d=x=y")))
        .isEqualTo(Map.of("a", "-1", "b", "--c", "d", "x=y"));
  }

  @Test
  void what_is_no_parameter_is_told() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcArguments.texts(List.of("Malloc0")))
        .withMessage("'Malloc0' is no parameter: they are given as --name value");
    assertThatIllegalArgumentException().isThrownBy(() -> RpcArguments.texts(List.of("--")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcArguments.texts(List.of("--a", "1", "--a", "2")))
        .withMessage("parameter --a is given twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "name;  123;            \"123\"",
        "name;  true;           \"true\"",
        "name;  [1];            \"[1]\"",
        "size;  123;            123",
        "size;  -1;             -1",
        "size;  99999999999999999999; 99999999999999999999",
        "size;  12k;            \"12k\"",
        "on;    true;           true",
        "on;    yes;            \"yes\"",
        "mode;  all;            \"all\"",
        "uuid;  1;              \"1\"",
        "names; a;              [\"a\"]",
        "names; a,1;            [\"a\",\"1\"]",
        "names; [\"a\", \"b\"]; [\"a\",\"b\"]",
        "sizes; 1,2;            [1,2]",
        "more;  {\"a\": [1]};   {\"a\":[1]}",
        "more;  {a;             \"{a\""
      })
  void a_value_takes_the_declared_type(String name, String text, String json) {
    assertThat(RpcArguments.params(Map.of(name, text), DECLARED).path(name)).hasToString(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "123;       123",
        "true;      true",
        "Malloc0;   \"Malloc0\"",
        "\"123\";   \"123\"",
        "[1, \"a\"]; [1,\"a\"]",
        "1 2;       \"1 2\"",
        "0x3;       \"0x3\""
      })
  void an_undeclared_value_is_json_if_it_can_be(String text, String json) {
    assertThat(RpcArguments.params(Map.of("other", text), DECLARED).path("other"))
        .hasToString(json);
  }
}

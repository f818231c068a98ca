package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every method with every kind of wrong parameter, made from what the parameter records declare: a
 * new method is covered without a word here. Rule 6 of the field's wire, of all methods.
 */
@DisplayName("6: every method refuses what it does not know, by name")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictnessTest {
  /** Keeps numbers as they are written. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** A value of each JSON type. */
  private static final List<String> EVERY_TYPE =
      List.of("\"text\"", "5", "1.5", "true", "null", "{}", "[]", "[1]", "[{}]", "{\"a\":1}");

  /** Numbers that no parameter of ours can have. */
  private static final List<String> IMPOSSIBLE_NUMBERS =
      List.of(
          "-2",
          "-9223372036854775808",
          "-9223372036854775809",
          "9223372036854775808",
          "18446744073709551615",
          "1e400",
          "-1e400",
          "1e-400",
          "0.5",
          "1" + "0".repeat(500));

  /** They leave out what they do not know, as the field's do; see FieldErrorsTest. */
  private static final Set<String> RELAXED =
      Set.of("vhost_create_blk_controller", "virtio_blk_create_transport");

  @TempDir static Path dir;
  @TempDir static Path other;

  private RunningTarget target;
  private RunningTarget waiting; // for the methods that come before the target runs

  @BeforeAll
  void start() throws IOException {
    waiting = new RunningTarget(other, new StartOptions(null, false, true, null));
    target = new RunningTarget(dir);
    target.call("bdev_malloc_create", "name", "there", "num_blocks", 8, "block_size", 512);
    target.call("vhost_create_blk_controller", "ctrlr", "there", "dev_name", "there");
  }

  @AfterAll
  void stop() throws IOException {
    target.close();
    waiting.close();
  }

  @TestFactory
  Stream<DynamicTest> every_method_refuses_every_wrong_parameter_by_name() throws IOException {
    List<String> running = methods(target);
    assertThat(running).contains("bdev_malloc_create", "vhost_create_blk_controller");
    List<String> others = new ArrayList<>(methods(waiting));
    others.removeAll(running);
    assertThat(others).contains("framework_start_init");
    return Stream.concat(
        running.stream()
            .map(method -> DynamicTest.dynamicTest(method, () -> refusesEverythingWrong(method))),
        others.stream()
            .map(method -> DynamicTest.dynamicTest(method, () -> refuses(waiting, method))));
  }

  private static List<String> methods(RunningTarget of) throws IOException {
    return of.call("rpc_get_methods", "current", true)
        .valueStream()
        .map(JsonNode::stringValue)
        .toList();
  }

  private void refusesEverythingWrong(String method) throws IOException {
    String before = target.state();
    refuses(target, method);
    assertThat(target.state()).isEqualTo(before);
  }

  private static void refuses(RunningTarget target, String method) throws IOException {
    JsonNode declared = target.call("rpc_get_parameters", "method", method);
    if (declared.isEmpty()) {
      assertRefused(target, method, object(Map.of()), method + " requires no parameters");
      return;
    }
    ObjectNode right = rightTypes(declared);
    if (!RELAXED.contains(method)) {
      ObjectNode unknown = right.deepCopy().put("no_such", 1);
      assertRefused(target, method, unknown, "unknown parameter 'no_such'");
    }
    assertRefused(target, method, MAPPER.readTree("[1]"), "not an object");
    for (JsonNode parameter : declared) {
      String name = parameter.path("name").stringValue();
      if (parameter.path("required").booleanValue()) {
        ObjectNode missing = right.deepCopy();
        missing.remove(name);
        assertRefused(target, method, missing, "parameter '" + name + "' is missing");
      }
      for (String value : wrongValues(parameter.path("type").stringValue())) {
        ObjectNode wrong = right.deepCopy();
        wrong.set(name, MAPPER.readTree(value));
        assertRefused(target, method, wrong, "parameter '" + name + "' ");
      }
    }
  }

  /** Values of the declared types; parameters are looked at in their order, before any is used. */
  private static ObjectNode rightTypes(JsonNode declared) {
    ObjectNode params = object(Map.of());
    for (JsonNode parameter : declared) {
      if (parameter.path("required").booleanValue()) {
        String type = parameter.path("type").stringValue();
        String value =
            switch (type) {
              case "integer" -> "1";
              case "boolean" -> "true";
              case "array of integer" -> "[]";
              default ->
                  type.contains("|") ? '"' + type.substring(0, type.indexOf('|')) + '"' : "\"x\"";
            };
        params.set(parameter.path("name").stringValue(), MAPPER.readTree(value));
      }
    }
    return params;
  }

  private static List<String> wrongValues(String type) {
    List<String> wrong = new ArrayList<>(EVERY_TYPE);
    switch (type) {
      case "integer" -> {
        wrong.remove("5");
        wrong.addAll(IMPOSSIBLE_NUMBERS);
      }
      case "boolean" -> wrong.remove("true");
      case "string" -> {
        wrong.remove("\"text\"");
        wrong.add("\"\\u0000\"");
      }
      case "array of integer" -> {
        wrong.removeAll(List.of("[]", "[1]"));
        wrong.addAll(List.of("[1,-1]", "[null]", "[\"1\"]", "[[]]"));
      }
      case "array of string" -> wrong.remove("[]");
      case "object" -> wrong.removeAll(List.of("{}", "{\"a\":1}"));
      case "uuid" -> wrong.add("\"1-1-1-1-1\""); // "" is none
      default -> wrong.add("\"\""); // words: not any text will do
    }
    return wrong;
  }

  private static ObjectNode object(Map<String, Object> members) {
    return MAPPER.valueToTree(members);
  }

  private static void assertRefused(
      RunningTarget target, String method, JsonNode params, String sentence) throws IOException {
    try {
      JsonNode result = target.client.call(method, params);
      throw new AssertionError(method + " took " + params + ": " + result);
    } catch (RpcException e) {
      assertThat(e.code()).as("%s %s", method, params).isEqualTo(RpcException.INVALID_PARAMS);
      assertThat(e.getMessage()).contains(sentence).hasSizeLessThan(800);
    }
  }
}

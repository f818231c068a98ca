package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * What members a JSON object has: {@code name type} each, {@code name? type} where it may be left
 * out. Types are string, integer, boolean, object, array, and null besides another: {@code
 * string|null}.
 */
final class Members {
  private Members() {}

  /** These, in this order, and no others. */
  static void assertExactly(JsonNode object, String... declared) {
    List<String> expected =
        Arrays.stream(declared)
            .filter(d -> !d.contains("? ") || object.has(name(d)))
            .map(Members::name)
            .toList();
    assertThat(object.propertyNames()).containsExactlyElementsOf(expected);
    for (String declaration : declared) {
      JsonNode value = object.path(name(declaration));
      if (!value.isMissingNode()) {
        String types = declaration.substring(declaration.indexOf(' ') + 1);
        assertThat(List.of(types.split("\\|"))).as(declaration).contains(type(value));
      }
    }
  }

  private static String name(String declaration) {
    return declaration.substring(0, declaration.indexOf(' ')).replace("?", "");
  }

  private static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case STRING, BOOLEAN, OBJECT, ARRAY, NULL ->
          value.getNodeType().name().toLowerCase(Locale.ROOT);
      default -> "no JSON";
    };
  }
}

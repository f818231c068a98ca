package io.vireo.daemon;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The arguments of {@code vireo rpc METHOD --name value ...} as JSON parameters.
 *
 * <p>A value takes the type that the target declares for its parameter, so {@code --name 123} is a
 * string where a string is wanted. What the target does not declare is JSON if it can be read so,
 * else a string. What does not fit its type is sent as it is, for the target to refuse.
 */
final class RpcArguments {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String ARRAY_OF = "array of ";

  private RpcArguments() {}

  /**
   * @param arguments {@code --name value}, {@code --name=value}, or {@code --name} for true;
   *     hyphens within a name are underscores
   * @throws IllegalArgumentException with a sentence
   */
  static Map<String, String> texts(List<String> arguments) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--") || argument.length() == 2) {
        throw new IllegalArgumentException(
            "'" + argument + "' is no parameter: they are given as --name value");
      }
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
      String value;
      if (equals >= 0) {
        value = argument.substring(equals + 1);
      } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
        value = arguments.get(++i);
      } else {
        value = "true";
      }
      if (texts.put(name.replace('-', '_'), value) != null) {
        throw new IllegalArgumentException("parameter --" + name + " is given twice");
      }
    }
    return texts;
  }

  /**
   * @param declared what {@code rpc_get_parameters} answered; empty when the target does not know
   */
  static ObjectNode params(Map<String, String> texts, Iterable<JsonNode> declared) {
    ObjectNode params = NODES.objectNode();
    texts.forEach((name, text) -> params.set(name, value(typeOf(name, declared), text)));
    return params;
  }

  private static String typeOf(String name, Iterable<JsonNode> declared) {
    Iterator<JsonNode> parameters = declared.iterator();
    while (parameters.hasNext()) {
      JsonNode parameter = parameters.next();
      if (parameter.path("name").asString("").equals(name)) {
        return parameter.path("type").asString("");
      }
    }
    return "";
  }

  private static JsonNode value(String type, String text) {
    if (type.startsWith(ARRAY_OF)) {
      return array(type.substring(ARRAY_OF.length()), text);
    }
    return switch (type) {
      case "integer" ->
          text.matches("-?\\d+") ? NODES.numberNode(new BigInteger(text)) : NODES.stringNode(text);
      case "boolean" ->
          text.matches("true|false")
              ? NODES.booleanNode(Boolean.parseBoolean(text))
              : NODES.stringNode(text);
      case "", "object" -> jsonOrString(text);
      default -> NODES.stringNode(text);
    };
  }

  /** A JSON array, or values with commas between them. */
  private static JsonNode array(String type, String text) {
    if (text.startsWith("[")) {
      return jsonOrString(text);
    }
    ArrayNode array = NODES.arrayNode();
    for (String item : text.split(",", -1)) {
      array.add(value(type, item));
    }
    return array;
  }

  private static JsonNode jsonOrString(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      return NODES.stringNode(text);
    }
  }
}

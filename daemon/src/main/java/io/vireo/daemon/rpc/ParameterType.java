package io.vireo.daemon.rpc;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a component of a parameter record may be, and how its value is taken from JSON: strictly,
 * without conversion between types.
 *
 * @param name as clients are told: string, integer, boolean, uuid, an enumeration's words, array of
 *     one of them, or object
 * @param reader takes the value, or throws {@link IllegalArgumentException} with the second half of
 *     a sentence ({@code is ...}) that begins with the parameter's name
 */
record ParameterType(String name, Function<JsonNode, Object> reader) {
  private static final Pattern UUID_TEXT =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /** No integer of ours has more digits; longer ones are not even computed. */
  private static final int MAX_DIGITS = 40;

  private static final int MAX_SHOWN = 64;

  /**
   * The type of a record component.
   *
   * @param min the smallest integer taken; the field's integers are unsigned but for those that
   *     have a negative default
   */
  static ParameterType of(Type type, long min) {
    if (type == int.class) {
      return new ParameterType("integer", v -> (int) integer(v, min, Integer.MAX_VALUE));
    }
    if (type == long.class || type == Long.class) { // boxed: of a list, or null when absent
      return new ParameterType("integer", v -> integer(v, min, Long.MAX_VALUE));
    }
    if (type == boolean.class || type == Boolean.class) {
      return new ParameterType("boolean", ParameterType::bool);
    }
    if (type == String.class) {
      return new ParameterType("string", ParameterType::string);
    }
    if (type == UUID.class) {
      return new ParameterType("uuid", ParameterType::uuid);
    }
    if (type instanceof Class<?> c && c.isEnum()) {
      return enumeration(c.getEnumConstants());
    }
    if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
      ParameterType element = of(p.getActualTypeArguments()[0], min);
      return new ParameterType("array of " + element.name, v -> list(v, element));
    }
    if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
      return new ParameterType("object", ParameterType::object);
    }
    throw new IllegalArgumentException("no JSON parameter can be of " + type);
  }

  private static long integer(JsonNode value, long min, long max) {
    if (!value.isNumber()) {
      throw wrongType(value, "an integer");
    }
    BigDecimal number = value.decimalValue();
    if (number.precision() - (long) number.scale() > MAX_DIGITS) {
      throw outOfRange(value, number.signum() < 0, min, max);
    }
    if (number.stripTrailingZeros().scale() > 0) {
      throw new IllegalArgumentException("is " + shown(value) + ", not a whole number");
    }
    BigInteger whole = number.toBigIntegerExact();
    boolean below = whole.compareTo(BigInteger.valueOf(min)) < 0;
    if (below || whole.compareTo(BigInteger.valueOf(max)) > 0) {
      throw outOfRange(value, below, min, max);
    }
    return whole.longValueExact();
  }

  private static IllegalArgumentException outOfRange(
      JsonNode value, boolean below, long min, long max) {
    return new IllegalArgumentException(
        "is " + shown(value) + (below ? ", below the least, " + min : ", above the most, " + max));
  }

  private static Object bool(JsonNode value) {
    if (!value.isBoolean()) {
      throw wrongType(value, "true or false");
    }
    return value.booleanValue();
  }

  private static String string(JsonNode value) {
    if (!value.isString()) {
      throw wrongType(value, "a string");
    }
    String text = value.stringValue();
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("holds a NUL character: " + shown(value));
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) { // no file could hold it either
      throw new IllegalArgumentException("holds half of a character: " + shown(value));
    }
    return text;
  }

  /** The empty text is the UUID without a bit, as clients send it that were given none. */
  private static UUID uuid(JsonNode value) {
    String text = string(value);
    if (text.isEmpty()) {
      return new UUID(0, 0);
    }
    if (!UUID_TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("is " + shown(value) + ", not a UUID");
    }
    return UUID.fromString(text);
  }

  private static ParameterType enumeration(Object[] constants) {
    Map<String, Object> byWord = new LinkedHashMap<>();
    for (Object constant : constants) {
      byWord.put(Words.of((Enum<?>) constant), constant);
    }
    String words = String.join("|", byWord.keySet());
    return new ParameterType(
        words,
        value -> {
          String text = string(value);
          if (byWord.containsKey(text)) {
            return byWord.get(text);
          }
          throw new IllegalArgumentException("is " + shown(value) + ", none of " + words);
        });
  }

  private static List<Object> list(JsonNode value, ParameterType element) {
    if (!value.isArray()) {
      throw wrongType(value, "an array");
    }
    List<Object> list = new ArrayList<>(value.size());
    for (JsonNode item : value) {
      try {
        list.add(element.reader.apply(item));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("[" + list.size() + "] " + e.getMessage(), e);
      }
    }
    return List.copyOf(list);
  }

  /** Any members, of any JSON values: what they mean is the method's to tell. */
  private static Map<?, ?> object(JsonNode value) {
    if (!value.isObject()) {
      throw wrongType(value, "an object");
    }
    return Json.mapper().treeToValue(value, Map.class);
  }

  private static IllegalArgumentException wrongType(JsonNode value, String wanted) {
    return new IllegalArgumentException("is " + shown(value) + ", not " + wanted);
  }

  /** A value as JSON, cut where it would make a sentence unreadable. */
  static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }
}

package io.vireo.daemon.rpc;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * How JSON is read and written here: strictly, and bounded in depth, so that no request costs more
 * than its bytes. Any thread.
 */
final class Json {
  /** A request needs five levels; a batch of deep parameters some more. */
  private static final int MAX_DEPTH = 64;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final class Writer {
    static final ObjectWriter INSTANCE =
        mapper()
            .writer()
            .without(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .without(SerializationFeature.WRAP_EXCEPTIONS);
  }

  private static final class Mapper {
    static final JsonMapper INSTANCE =
        JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  private static final String NO_CONSTANT =
      " is no number, string, true or false, nor an array of such";

  private Json() {}

  /**
   * Keeps numbers exact, so that an id comes back as it was sent. Made when it is first asked for:
   * that takes a quarter of the time in which a target starts.
   */
  static JsonMapper mapper() {
    return Mapper.INSTANCE;
  }

  /** Writes several answers to one stream, whose exceptions come as they are. */
  static ObjectWriter answerWriter() {
    return Writer.INSTANCE;
  }

  /**
   * A whole number, a string, true or false, or an array of those; without {@link #mapper}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static JsonNode constant(String json) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      JsonToken first = parser.nextToken();
      JsonNode value = first == JsonToken.START_ARRAY ? array(parser) : scalar(parser, first);
      if (value == null || parser.nextToken() != null) {
        throw new IllegalArgumentException(json + NO_CONSTANT);
      }
      return value;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(json + NO_CONSTANT, e);
    }
  }

  /** Null for what is no constant, as below. */
  private static JsonNode array(JsonParser parser) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      JsonNode item = scalar(parser, next);
      if (item == null) {
        return null;
      }
      array.add(item);
    }
    return array;
  }

  private static JsonNode scalar(JsonParser parser, JsonToken token) {
    return switch (token) {
      case VALUE_TRUE, VALUE_FALSE ->
          JsonNodeFactory.instance.booleanNode(parser.getBooleanValue());
      case VALUE_NUMBER_INT -> JsonNodeFactory.instance.numberNode(parser.getLongValue());
      case VALUE_STRING -> JsonNodeFactory.instance.stringNode(parser.getString());
      case null, default -> null;
    };
  }
}

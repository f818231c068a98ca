package io.vireo.daemon.rpc;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.async.ByteArrayFeeder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Cuts a stream of bytes into JSON values. The stream has neither lengths nor delimiters: a value
 * ends where its grammar says so, and the next one may follow at once. One thread.
 *
 * <p>After an error there is no place from which to go on, so the connection has to end.
 */
final class ValueReader {
  private final JsonParser parser =
      Json.FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
  private final ByteArrayFeeder feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
  private final long maxBytes;
  private final int maxTokens;

  private TokenBuffer tokens = TokenBuffer.forGeneration();
  private int tokenCount;
  private int depth;
  private long fedBytes;
  private long valueStart;

  /**
   * @param maxBytes the longest value, with the white space before it
   * @param maxTokens the most names, scalars and brackets in one value
   */
  ValueReader(long maxBytes, int maxTokens) {
    this.maxBytes = maxBytes;
    this.maxTokens = maxTokens;
  }

  /** Takes the next bytes of the stream; only when {@link #next} has answered null. */
  void feed(byte[] bytes, int length) {
    feeder.feedInput(bytes, 0, length);
    fedBytes += length;
  }

  /**
   * The next complete value, or null when its end has not been fed yet.
   *
   * @throws RpcException with {@link RpcException#PARSE_ERROR} and the reason
   */
  JsonNode next() {
    try {
      for (JsonToken token = parser.nextToken();
          token != JsonToken.NOT_AVAILABLE;
          token = parser.nextToken()) {
        if (take(token)) {
          return complete();
        }
      }
    } catch (JacksonException e) {
      throw parseError(e.getOriginalMessage());
    } catch (NumberFormatException e) { // an exponent beyond all reason
      throw parseError(e.getMessage());
    }
    checkLength(fedBytes);
    return null;
  }

  /** Keeps a token; answers whether it ended a value. */
  private boolean take(JsonToken token) {
    if (++tokenCount > maxTokens) {
      throw parseError("more than " + maxTokens + " tokens in one value");
    }
    tokens.copyCurrentEvent(parser);
    if (token.isStructStart()) {
      depth++;
    } else if (token.isStructEnd()) {
      depth--;
    }
    return depth == 0;
  }

  private JsonNode complete() {
    long end = parser.currentLocation().getByteOffset();
    checkLength(end);
    JsonNode value = Json.mapper().readTree(tokens.asParser(ObjectReadContext.empty()));
    tokens = TokenBuffer.forGeneration();
    tokenCount = 0;
    valueStart = end;
    return value;
  }

  private void checkLength(long end) {
    if (end - valueStart > maxBytes) {
      throw parseError("more than " + maxBytes + " bytes in one value");
    }
  }

  private static RpcException parseError(String sentence) {
    return new RpcException(RpcException.PARSE_ERROR, "Parse error: " + sentence);
  }
}

package io.vireo.daemon.rpc;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Calls methods of a running target over its socket, one after the other. One thread. */
public final class JsonRpcClient implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private final ValueReader reader = new ValueReader(Long.MAX_VALUE, Integer.MAX_VALUE);
  private int lastId;

  /**
   * Connects.
   *
   * @throws IOException with one sentence when nobody listens there
   */
  public JsonRpcClient(Path socket) throws IOException {
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new IOException("cannot connect to " + socket + ": " + e.getMessage(), e);
    }
  }

  /**
   * Calls a method and waits for its result.
   *
   * @param params the parameters by name, as a map or an {@link ObjectNode}; null sends none
   * @throws RpcException when the target answers with an error
   */
  public JsonNode call(String method, Object params) throws IOException {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("jsonrpc", "2.0").put("id", ++lastId).put("method", method);
    if (params != null) {
      request.set("params", Json.MAPPER.valueToTree(params));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(request));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return result(receive());
  }

  private JsonNode receive() throws IOException {
    JsonNode answer = reader.next();
    while (answer == null) {
      if (channel.read(chunk.clear()) < 0) {
        throw new EOFException("the target closed the connection instead of answering");
      }
      reader.feed(chunk.array(), chunk.position());
      answer = reader.next();
    }
    return answer;
  }

  private static JsonNode result(JsonNode answer) throws IOException {
    JsonNode error = answer.path("error");
    if (error.isObject()) {
      throw new RpcException(error.path("code").asInt(0), error.path("message").asString(""));
    }
    if (!answer.has("result")) {
      throw new IOException("the answer has neither result nor error: " + answer);
    }
    return answer.path("result");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

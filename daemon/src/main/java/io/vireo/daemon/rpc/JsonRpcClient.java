package io.vireo.daemon.rpc;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Calls methods of a running target over its socket, one after the other. One thread. */
public final class JsonRpcClient implements AutoCloseable {
  /** Where a target listens that was not told where. */
  public static final String USUAL_SOCKET = "/var/tmp/vireo.sock";

  /** How long other clients of such targets wait for an answer. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int CHUNK_BYTES = 64 * 1024;

  private final Path socket;
  private final Duration patience;
  private final SocketChannel channel;
  private final Selector selector;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private final ValueReader reader = new ValueReader(Long.MAX_VALUE, Integer.MAX_VALUE);
  private int lastId;

  /**
   * Connects.
   *
   * @param patience how long the target may take for an answer
   * @throws IOException with one sentence when nobody listens there
   */
  public JsonRpcClient(Path socket, Duration patience) throws IOException {
    this.socket = socket;
    this.patience = patience;
    selector = Selector.open();
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      channel.register(selector, 0);
    } catch (IOException e) {
      selector.close();
      throw new IOException("cannot connect to " + socket + ": " + e.getMessage(), e);
    }
  }

  /** Connects; answers may take as long as is usual. */
  public JsonRpcClient(Path socket) throws IOException {
    this(socket, PATIENCE);
  }

  /**
   * Calls a method and waits for its result.
   *
   * @param params the parameters by name, as a map or an {@link ObjectNode}; null sends none
   * @throws RpcException when the target answers with an error
   * @throws IOException with one sentence when it does not answer in time, or not in JSON-RPC;
   *     nothing can be called any more
   */
  public JsonNode call(String method, Object params) throws IOException {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("jsonrpc", "2.0").put("id", ++lastId).put("method", method);
    if (params != null) {
      request.set("params", Json.mapper().valueToTree(params));
    }
    return result(exchange(Json.mapper().writeValueAsBytes(request)));
  }

  private JsonNode exchange(byte[] request) throws IOException {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    try {
      send(ByteBuffer.wrap(request), deadlineNs);
      return receive(deadlineNs);
    } catch (RpcException e) { // thrown here, not there
      throw new IOException("%s does not answer JSON-RPC: %s".formatted(socket, e.getMessage()), e);
    }
  }

  private void send(ByteBuffer bytes, long deadlineNs) throws IOException {
    while (bytes.hasRemaining()) {
      int count;
      try {
        count = channel.write(bytes);
      } catch (IOException e) {
        throw closed(e);
      }
      if (count == 0) {
        await(SelectionKey.OP_WRITE, deadlineNs);
      }
    }
  }

  private JsonNode receive(long deadlineNs) throws IOException {
    JsonNode answer = reader.next();
    while (answer == null) {
      int count;
      try {
        count = channel.read(chunk.clear());
      } catch (IOException e) {
        throw closed(e);
      }
      if (count < 0) {
        throw closed(null);
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadlineNs);
      } else {
        reader.feed(chunk.array(), count);
        answer = reader.next();
      }
    }
    return answer;
  }

  private void await(int operation, long deadlineNs) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    if (millis <= 0) {
      throw new IOException(
          "%s has not answered for %s s".formatted(socket, patience.toMillis() / 1e3));
    }
    channel.keyFor(selector).interestOps(operation);
    selector.select(millis);
    selector.selectedKeys().clear();
  }

  private IOException closed(IOException cause) {
    String sentence =
        lastId == 1
            ? "%s does not answer JSON-RPC: it closed the connection"
            : "%s closed the connection instead of answering";
    return new IOException(sentence.formatted(socket), cause);
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
    try (channel) {
      selector.close();
    }
  }
}

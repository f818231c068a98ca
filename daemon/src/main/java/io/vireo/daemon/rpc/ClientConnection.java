package io.vireo.daemon.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** One client of the server: its requests are answered in their order. The client's thread only. */
final class ClientConnection {
  /** The field's limits of one request. */
  private static final int MAX_REQUEST_BYTES = 256 * 1024;

  private static final int MAX_REQUEST_TOKENS = 8192;

  private static final int CHUNK_BYTES = 16 * 1024;

  private final ByteChannel channel;
  private final Dispatcher dispatcher;
  private final ValueReader reader = new ValueReader(MAX_REQUEST_BYTES, MAX_REQUEST_TOKENS);

  ClientConnection(ByteChannel channel, Dispatcher dispatcher) {
    this.channel = channel;
    this.dispatcher = dispatcher;
  }

  /** Serves until the client closes its side, or sends what is not JSON. */
  void serve() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try {
      while (channel.read(chunk.clear()) >= 0) {
        reader.feed(chunk.array(), chunk.position());
        for (JsonNode value = reader.next(); value != null; value = reader.next()) {
          JsonNode answer = dispatcher.answer(value);
          if (answer != null) {
            send(answer);
          }
        }
      }
    } catch (RpcException e) {
      send(Dispatcher.error(NullNode.getInstance(), e));
    }
  }

  /** Waits as long as the client does not read: it is its own thread that waits. */
  private void send(JsonNode answer) throws IOException {
    byte[] json = Json.mapper().writeValueAsBytes(answer);
    ByteBuffer bytes = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}

package io.vireo.daemon.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One client of the server: its requests are answered in their order, each one when the answer
 * before has been sent but for what the socket's buffer holds. So a client that does not read has
 * no more requests carried out, not even those of one batch. The client's thread only.
 */
final class ClientConnection implements AutoCloseable {
  /** The field's limits of one request. */
  private static final int MAX_REQUEST_BYTES = 256 * 1024;

  private static final int MAX_REQUEST_TOKENS = 8192;

  private static final int CHUNK_BYTES = 16 * 1024;

  private final ByteChannel channel;
  private final Dispatcher dispatcher;
  private final AnswerOutput answers;
  private final ValueReader reader = new ValueReader(MAX_REQUEST_BYTES, MAX_REQUEST_TOKENS);

  /**
   * @param room for its answers and those of others
   */
  ClientConnection(ByteChannel channel, Dispatcher dispatcher, AnswerRoom room) {
    this.channel = channel;
    this.dispatcher = dispatcher;
    answers = new AnswerOutput(channel, room);
  }

  /** Serves until the client closes its side, or sends what is not JSON. */
  void serve() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try {
      while (channel.read(chunk.clear()) >= 0) {
        reader.feed(chunk.array(), chunk.position());
        for (JsonNode value = reader.next(); value != null; value = reader.next()) {
          serve(value);
        }
      }
    } catch (RpcException e) {
      answers.add(Dispatcher.error(NullNode.getInstance(), e));
      end();
    }
  }

  private void serve(JsonNode value) throws IOException {
    if (value.isArray() && !value.isEmpty()) {
      serveBatch(value);
    } else if (add(value, "")) {
      end();
    }
  }

  /** An array of answers, none when there is nothing to answer. */
  private void serveBatch(JsonNode batch) throws IOException {
    boolean begun = false;
    for (JsonNode request : batch) {
      begun |= add(request, begun ? "," : "[");
    }
    if (begun) {
      answers.add(']');
      end();
    }
  }

  /** Adds the answer to one request, if there is one, behind {@code prefix}. */
  private boolean add(JsonNode request, String prefix) throws IOException {
    ObjectNode answer = dispatcher.answer(request);
    if (answer == null) {
      return false;
    }
    prefix.chars().forEach(answers::add);
    answers.add(answer);
    answers.sendLong();
    return true;
  }

  /** Waits as long as the client does not read: it is its own thread that waits. */
  private void end() throws IOException {
    answers.add('\n');
    answers.send();
  }

  @Override
  public void close() {
    answers.close();
  }
}

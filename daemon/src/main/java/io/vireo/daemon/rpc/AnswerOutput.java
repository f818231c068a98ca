package io.vireo.daemon.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One client's answers on their way, as JSON in chunks of memory. The first chunk is the client's
 * own; the others are of the room that all clients share, and go back to it as they are sent. The
 * client's thread only, but for {@link #disconnect}.
 */
final class AnswerOutput implements AutoCloseable {
  static final int CHUNK_BYTES = 32 * 1024;

  private final WritableByteChannel channel;
  private final AnswerRoom room;
  private final AnswerStream stream = new AnswerStream(this);
  private final ByteBuffer first = ByteBuffer.allocate(CHUNK_BYTES);
  private final ArrayDeque<ByteBuffer> more = new ArrayDeque<>();

  AnswerOutput(WritableByteChannel channel, AnswerRoom room) {
    this.channel = channel;
    this.room = room;
  }

  /** Adds an answer. Its sender calls {@link #sendLong} next, and has forgotten by then what of. */
  void add(ObjectNode answer) {
    int mark = first.position();
    try {
      write(answer);
    } catch (RuntimeException | Error e) {
      takeBack(mark);
      write(error(answer.path("id"), e));
    }
  }

  /**
   * Sends what was added if it is long, so that what is no answer fits into the first chunk.
   *
   * @throws IOException when the client has gone, or was disconnected
   */
  void sendLong() throws IOException {
    if (!more.isEmpty() || first.position() > CHUNK_BYTES / 2) {
      send();
    }
  }

  private static ObjectNode error(JsonNode id, Throwable e) {
    return e instanceof RpcException refusal
        ? Dispatcher.error(id, refusal)
        : Dispatcher.fault(id, "an answer", e);
  }

  private void write(ObjectNode answer) {
    Json.answerWriter().writeValue(stream, answer);
  }

  /** Adds a character of ASCII. */
  void add(int character) {
    last().put((byte) character);
  }

  void add(byte[] bytes, int from, int count) {
    for (int done = 0; done < count; ) {
      ByteBuffer chunk = last();
      int part = Math.min(count - done, chunk.remaining());
      chunk.put(bytes, from + done, part);
      done += part;
    }
  }

  /** The chunk to go on in. */
  private ByteBuffer last() {
    ByteBuffer last = more.isEmpty() ? first : more.getLast();
    if (last.hasRemaining()) {
      return last;
    }
    ByteBuffer next = ByteBuffer.allocate(CHUNK_BYTES); // may fail: before it counts
    room.take(this);
    more.add(next);
    return next;
  }

  private void takeBack(int mark) {
    first.position(mark);
    giveAllBack();
  }

  /** Sends all that was added; waits as long as the client does not read. */
  void send() throws IOException {
    if (!more.isEmpty()) {
      room.written(this);
    }
    send(first);
    while (!more.isEmpty()) {
      send(more.getFirst());
      more.removeFirst();
      room.giveBack(this, 1, more.size());
    }
  }

  private void send(ByteBuffer chunk) throws IOException {
    chunk.flip();
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
    chunk.clear();
  }

  /** Ends the client's connection, whatever its thread waits for. Any thread. */
  void disconnect() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed nevertheless.
    }
  }

  private void giveAllBack() {
    int count = more.size();
    more.clear();
    room.giveBack(this, count, 0);
  }

  /** Gives back what was not sent. */
  @Override
  public void close() {
    giveAllBack();
  }
}

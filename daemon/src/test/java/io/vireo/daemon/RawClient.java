package io.vireo.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that sends what it is given byte by byte, and reads whole values. One thread. */
final class RawClient implements AutoCloseable {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final SocketChannel channel;
  private JsonParser answers;

  RawClient(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /** Sends a text, whose apostrophes stand for quotation marks. */
  RawClient send(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.replace('\'', '"').getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return this;
  }

  /** The next answer; fails at the end of the connection. */
  JsonNode receive() {
    if (answers == null) { // waits for the first byte
      answers = MAPPER.createParser(Channels.newInputStream(channel));
    }
    assertThat(answers.nextToken()).as("an answer").isNotNull();
    return MAPPER.readTree(answers);
  }

  /** The answer to one request. */
  JsonNode ask(String text) throws IOException {
    return send(text).receive();
  }

  void assertEnd() {
    assertThat(answers.nextToken()).as("one more answer").isNull();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

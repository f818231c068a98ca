package io.vireo.itest;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU's monitor protocol: a line of JSON for each command, answer and event. */
final class Qmp implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final SocketChannel channel;
  private final BufferedReader lines;

  Qmp(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    next(); // the greeting
    execute("qmp_capabilities", Map.of());
  }

  /** Runs a command that must succeed; its result. */
  JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
    JsonNode answer = ask(command, arguments);
    if (!answer.has("return")) {
      throw new AssertionError(command + " was refused: " + answer);
    }
    return answer.path("return");
  }

  /** Runs a command that QEMU must refuse; its reason. */
  String refusal(String command, Map<String, ?> arguments) throws IOException {
    JsonNode answer = ask(command, arguments);
    if (!answer.has("error")) {
      throw new AssertionError(command + " was not refused: " + answer);
    }
    return answer.path("error").path("desc").asString();
  }

  private JsonNode ask(String command, Map<String, ?> arguments) throws IOException {
    byte[] request = MAPPER.writeValueAsBytes(Map.of("execute", command, "arguments", arguments));
    channel.write(ByteBuffer.wrap(request));
    JsonNode message = next();
    while (message.has("event")) {
      message = next();
    }
    return message;
  }

  /** Waits for an event of this name, and skips all that comes before. */
  JsonNode await(String event) throws IOException {
    JsonNode message = next();
    while (!message.path("event").asString("").equals(event)) {
      message = next();
    }
    return message;
  }

  private JsonNode next() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new EOFException("QEMU has closed its monitor");
    }
    return MAPPER.readTree(line);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

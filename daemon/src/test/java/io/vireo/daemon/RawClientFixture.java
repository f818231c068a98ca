package io.vireo.daemon;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A running target, and a client that sends it bytes. */
@Timeout(60)
abstract class RawClientFixture {
  @TempDir Path dir;
  RunningTarget target;
  RawClient client;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
    target.client.close(); // the raw one is the first
    client = connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    target.close();
  }

  final RawClient connect() throws IOException {
    return new RawClient(dir.resolve("rpc.sock"));
  }

  static int code(JsonNode answer) {
    return answer.path("error").path("code").intValue();
  }
}

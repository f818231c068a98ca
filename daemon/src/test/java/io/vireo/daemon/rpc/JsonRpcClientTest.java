package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of peers that do not do what a target does. */
@Timeout(60)
class JsonRpcClientTest {
  @TempDir Path dir;

  private Path path;
  private ServerSocketChannel peer;
  private JsonRpcClient client;
  private SocketChannel accepted;

  @BeforeEach
  void connect() throws IOException {
    path = dir.resolve("peer.sock");
    peer = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    peer.bind(UnixDomainSocketAddress.of(path));
    client = new JsonRpcClient(path, Duration.ofMillis(50));
    accepted = peer.accept();
  }

  @AfterEach
  void end() throws IOException {
    client.close();
    accepted.close();
    peer.close();
  }

  @Test
  void a_peer_that_never_answers_is_waited_for_no_longer_than_told() {
    assertThatIOException()
        .isThrownBy(() -> client.call("any", null))
        .withMessage(path + " has not answered for 0.05 s");
  }

  @Test
  void a_peer_that_never_reads_is_waited_for_no_longer_than_told() {
    Map<String, String> big = Map.of("a", "x".repeat(16 << 20));
    assertThatIOException()
        .isThrownBy(() -> client.call("any", big))
        .withMessage(path + " has not answered for 0.05 s");
  }

  @Test
  void a_peer_that_closes_or_says_something_else_is_no_target() throws IOException {
    accepted.write(ByteBuffer.wrap("HTTP/1.1 400\n".getBytes(StandardCharsets.US_ASCII)));
    assertThatIOException()
        .isThrownBy(() -> client.call("any", null))
        .withMessageStartingWith(path + " does not answer JSON-RPC: Parse error: ");
    try (JsonRpcClient other = new JsonRpcClient(path)) {
      peer.accept().close();
      assertThatIOException()
          .isThrownBy(() -> other.call("any", null))
          .withMessage(path + " does not answer JSON-RPC: it closed the connection");
    }
  }
}
